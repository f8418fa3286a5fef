// Package enrol makes a member a witness: it sets the key that the member's cosignatures are verified by, in the members'
// directory on the ledger.
//
// It acts for the member itself, with the member's own Fabric identity and through a peer that the member trusts: the
// contract lets nobody set another's key. From the transaction on the member's vote counts for the quorum of the epochs, and
// is missed in it; so a witness is enrolled when it runs, and [Leave]s before it stops for good.
package enrol

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/fabricgw"
)

// The record may change at the same time, and the member's peer may be some blocks behind, also behind the registration of
// the member: then it is tried again, so often and after a pause.
const (
	maxAttempts = 20
	pause       = 500 * time.Millisecond
)

// Ledger calls the platform's chaincode as the member; a *fabricgw.Client is one.
type Ledger interface {
	Evaluate(ctx context.Context, function string, args ...string) ([]byte, error)
	Submit(ctx context.Context, function string, args ...string) (fabricgw.Result, error)
}

// Join sets the member's witness key, a verifier key of type 0x04 as package checkpoint writes it, or replaces it. It returns
// the id of the transaction, empty if the key is set already. member is the id in the directory, such as "oem".
//
// A key that no record can hold is an error with model.ReasonMalformed. The contract's refusals are *fabricgw.ChaincodeError:
// MEMBER_NOT_ACTIVE, NOT_PERMITTED for another's identity, WITNESS_KEY_TAKEN and TOO_MANY_WITNESSES at once; RECORD_NOT_FOUND
// or NOT_A_MEMBER for a member that is not in the directory after some seconds, or when ctx ends.
func Join(ctx context.Context, ledger Ledger, member, verifierKey string) (transactionID string, err error) {
	if _, err := model.ParseWitnessKey(verifierKey); err != nil {
		return "", fmt.Errorf("enrol: %w", err)
	}
	return change(ctx, ledger, member, verifierKey)
}

// Leave takes the member's witness key out of the directory. It returns as [Join] does.
func Leave(ctx context.Context, ledger Ledger, member string) (transactionID string, err error) {
	return change(ctx, ledger, member, "")
}

func change(ctx context.Context, ledger Ledger, member, key string) (transactionID string, err error) {
	for attempt := 1; ; attempt++ {
		transactionID, err = setKey(ctx, ledger, member, key)
		if !mayPass(err) || attempt == maxAttempts {
			return transactionID, err
		}
		select {
		case <-ctx.Done():
			return "", errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}

// mayPass reports whether the ledger has refused what it may accept once the peer has the newest block.
func mayPass(err error) bool {
	refused, ok := errors.AsType[*fabricgw.ChaincodeError](err)
	return ok && slices.Contains([]model.Reason{
		model.ReasonNotFound, model.ReasonNotAMember, model.ReasonVersionNotNext, model.ReasonPreviousMismatch,
	}, model.Reason(refused.Reason))
}

func setKey(ctx context.Context, ledger Ledger, member, key string) (transactionID string, err error) {
	text, err := ledger.Evaluate(ctx, "membership:GetMember", member)
	if err != nil {
		return "", fmt.Errorf("enrol: read member %s: %w", member, err)
	}
	record, err := model.ParseMember(text)
	if err != nil {
		return "", fmt.Errorf("enrol: member %s on the ledger: %w", member, err)
	}
	if record.WitnessKey == key {
		return "", nil
	}
	if record.PreviousHash, err = record.Hash(); err != nil {
		return "", fmt.Errorf("enrol: member %s on the ledger: %w", member, err)
	}
	record.Version, record.WitnessKey = record.Version+1, key
	next, err := record.Canonical()
	if err != nil {
		return "", fmt.Errorf("enrol: change member %s: %w", member, err)
	}
	result, err := ledger.Submit(ctx, "membership:ChangeMember", string(next))
	if err != nil {
		return "", fmt.Errorf("enrol: change member %s: %w", member, err)
	}
	return result.TxID, nil
}
