// Package fabric is the ledger of package anchor: the platform's chaincode on a Fabric channel.
package fabric

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/services/anchor"
)

// Ledger implements anchor.Ledger.
type Ledger struct {
	client             *fabricgw.Client
	channel, chaincode string
}

// Connect prepares the connection to the peer that cfg names; it is dialled by the first call.
func Connect(cfg fabricgw.Config) (*Ledger, error) {
	// An endorsing peer can be a block behind the one that committed the epoch before.
	cfg.Transient = func(reason string) bool { return model.Reason(reason).Transient() }
	client, err := fabricgw.Connect(cfg)
	if err != nil {
		return nil, fmt.Errorf("anchor: ledger: %w", err)
	}
	return &Ledger{client: client, channel: cfg.Channel, chaincode: cfg.Chaincode}, nil
}

// Close ends calls that are under way.
func (l *Ledger) Close() error { return l.client.Close() }

// SubmitEpoch returns once the record and its note are committed.
func (l *Ledger) SubmitEpoch(ctx context.Context, text string, note []byte) (anchor.Commit, error) {
	result, err := l.client.Submit(ctx, "anchor:SubmitEpoch", text, string(note))
	if err != nil {
		return anchor.Commit{}, refusal(err)
	}
	return l.commit(result), nil
}

// LatestEpoch returns the canonical text of the last epoch, or anchor.ErrNotOnLedger.
func (l *Ledger) LatestEpoch(ctx context.Context) (string, error) {
	return l.read(ctx, "anchor:LatestEpoch")
}

// FindEpoch returns the transaction that wrote an epoch.
func (l *Ledger) FindEpoch(ctx context.Context, number uint64) (anchor.Commit, error) {
	id, err := l.read(ctx, "anchor:EpochTransaction", strconv.FormatUint(number, 10))
	if err != nil {
		return anchor.Commit{}, err
	}
	result, err := l.client.Transaction(ctx, id)
	if err != nil {
		return anchor.Commit{}, fmt.Errorf("anchor: transaction of epoch %d: %w", number, err)
	}
	return l.commit(result), nil
}

// Height returns the number of blocks.
func (l *Ledger) Height(ctx context.Context) (uint64, error) {
	return l.client.ChainHeight(ctx)
}

// RegisterMember returns the transaction's id once the record is committed.
func (l *Ledger) RegisterMember(ctx context.Context, text string) (string, error) {
	result, err := l.client.Submit(ctx, "membership:RegisterMember", text)
	return result.TxID, refusal(err)
}

// Member returns the canonical text of a member's latest record, or anchor.ErrNotOnLedger.
func (l *Ledger) Member(ctx context.Context, id string) (string, error) {
	return l.read(ctx, "membership:GetMember", id)
}

func (l *Ledger) read(ctx context.Context, function string, args ...string) (string, error) {
	answer, err := l.client.Evaluate(ctx, function, args...)
	if err = refusal(err); model.ReasonOf(err) == model.ReasonNotFound {
		return "", fmt.Errorf("%w: %w", anchor.ErrNotOnLedger, err)
	}
	return string(answer), err
}

func (l *Ledger) commit(result fabricgw.Result) anchor.Commit {
	t := anchor.Transaction{ID: result.TxID, Channel: l.channel, Chaincode: l.chaincode, Block: result.BlockNumber}
	for _, e := range result.Endorsements {
		t.Endorsements = append(t.Endorsements, anchor.Endorsement{
			MSPID: e.MSPID, CertificatePEM: string(e.CertificatePEM), Signature: e.Signature, Signed: e.Signed,
		})
	}
	return anchor.Commit{Transaction: t, Attested: string(result.Payload)}
}

// refusal turns the contracts' refusals into the error that their rules are written with.
func refusal(err error) error {
	if refused, ok := errors.AsType[*fabricgw.ChaincodeError](err); ok && refused.Reason != "" {
		return model.Errorf(model.Reason(refused.Reason), "%s", refused.Detail)
	}
	return err
}
