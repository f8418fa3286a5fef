package fabricgw

import (
	"context"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"google.golang.org/grpc"
)

// Bounds of Submit.
const (
	maxAttempts   = 10
	submitTimeout = time.Minute // over all attempts
	firstPause    = 100 * time.Millisecond
	longestPause  = time.Second
)

// Submit runs a function as a transaction and waits until it is committed; see the
// package documentation for what an error means. It gives up after maxAttempts
// proposals, after submitTimeout, or when ctx ends, with the last error.
func (c *Client) Submit(ctx context.Context, function string, args ...string) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	var sent []string // ids of transactions that may have reached the orderer
	var err error
	pause := firstPause
	for range maxAttempts {
		var result Result
		var txID string
		result, txID, err = c.attempt(ctx, function, args)
		if err == nil {
			return result, nil
		}
		if txID != "" {
			sent = append(sent, txID)
		}
		again := c.passes(err) && wait(ctx, pause)
		if result, found := c.committed(ctx, sent); found {
			return result, nil
		}
		if !again {
			break
		}
		pause = min(2*pause, longestPause)
	}
	return Result{}, fmt.Errorf("submit %s: %w", function, err)
}

// attempt makes one proposal and follows it to its commit. The id is empty as long
// as nothing was sent to the orderer.
func (c *Client) attempt(ctx context.Context, function string, args []string) (result Result, txID string, err error) {
	proposal, err := c.contract.NewProposal(function, client.WithArguments(args...))
	if err != nil {
		return Result{}, "", fmt.Errorf("propose: %w", err)
	}
	transaction, err := within(ctx, endorseTimeout, proposal.EndorseWithContext)
	if err != nil {
		return Result{}, "", c.classify(err)
	}
	if result, err = prepared(transaction); err != nil {
		return Result{}, "", err
	}
	commit, err := within(ctx, orderTimeout, transaction.SubmitWithContext)
	if err != nil {
		return Result{}, result.TxID, err
	}
	status, err := within(ctx, commitStatusTimeout, commit.StatusWithContext)
	if err != nil {
		return Result{}, result.TxID, err
	}
	if !status.Successful {
		return Result{}, result.TxID, &InvalidError{TxID: result.TxID, Code: status.Code.String()}
	}
	result.BlockNumber = status.BlockNumber
	return result, result.TxID, nil
}

// committed returns the first of the transactions that is on the channel and valid.
// A failed lookup counts as "not yet": the chaincode refuses a second write.
func (c *Client) committed(ctx context.Context, txIDs []string) (Result, bool) {
	for _, txID := range txIDs {
		if result, err := c.Transaction(ctx, txID); err == nil {
			return result, true
		}
	}
	return Result{}, false
}

// within makes one call to the peer with a deadline of its own.
func within[T any](ctx context.Context, timeout time.Duration, call func(context.Context, ...grpc.CallOption) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return call(ctx)
}

// wait pauses, and reports whether ctx is still alive after it.
func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
