package fabricgw

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ErrNotFound says that the channel has no such transaction or block.
var ErrNotFound = errors.New("fabricgw: not found on the channel")

// ChaincodeError is a refusal by the chaincode: a message of the form
// "REASON: detail", where REASON is in UPPER_SNAKE. Reason is empty if the message
// has another form.
type ChaincodeError struct {
	Reason string
	Detail string
}

func (e *ChaincodeError) Error() string {
	return fmt.Sprintf("chaincode refused: %s: %s", e.Reason, e.Detail)
}

// InvalidError is a transaction that was ordered and then found invalid by the
// peers; it changed nothing.
type InvalidError struct {
	TxID string
	Code string // Fabric's validation code, such as MVCC_READ_CONFLICT
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("transaction %s is invalid: %s", e.TxID, e.Code)
}

// refusal is how the gateway reports a chaincode that answered with an error.
var refusal = regexp.MustCompile(`(?s)chaincode response \d+, (?:([A-Z][A-Z0-9_]*): )?(.*)$`)

// classify turns a refusal by the chaincode into a *ChaincodeError and leaves
// other errors as they are. If endorsers disagree, a refusal that will not pass
// outweighs one that may.
func (c *Client) classify(err error) error {
	var first *ChaincodeError
	for _, message := range messages(err) {
		match := refusal.FindStringSubmatch(message)
		if match == nil {
			continue
		}
		found := &ChaincodeError{Reason: match[1], Detail: match[2]}
		if !c.config.Transient(found.Reason) {
			return found
		}
		if first == nil {
			first = found
		}
	}
	if first != nil {
		return first
	}
	return err
}

// messages returns what the endorsers said, and the gateway's own summary.
func messages(err error) []string {
	s := status.Convert(err)
	var all []string
	for _, detail := range s.Details() {
		if d, ok := detail.(*gateway.ErrorDetail); ok {
			all = append(all, d.GetMessage())
		}
	}
	return append(all, s.Message())
}

// passes reports whether a new proposal may fare better than the one that failed
// with err.
func (c *Client) passes(err error) bool {
	if refused, ok := errors.AsType[*ChaincodeError](err); ok {
		return c.config.Transient(refused.Reason)
	}
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return invalid.Code == peer.TxValidationCode_MVCC_READ_CONFLICT.String() ||
			invalid.Code == peer.TxValidationCode_PHANTOM_READ_CONFLICT.String()
	}
	if _, ok := errors.AsType[*client.SubmitError](err); ok {
		return true // the orderers did not take it, or took it and did not say so
	}
	passing := []codes.Code{
		codes.FailedPrecondition, // discovery finds no set of peers yet
		codes.Aborted,            // endorsements do not match: a peer is behind
		codes.Unavailable,
		codes.DeadlineExceeded,
	}
	return slices.Contains(passing, status.Code(err)) || errors.Is(err, context.DeadlineExceeded)
}
