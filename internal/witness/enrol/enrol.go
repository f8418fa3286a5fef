// Package enrol makes a member a witness: it sets the key that the member's cosignatures are verified by, in the members'
// directory on the ledger.
//
// It acts for the member itself, with the member's own Fabric identity and through a peer that the member trusts: the
// contract lets nobody set another's key. From the transaction on the member's vote counts for the quorum of the epochs, and
// is missed in it; so a witness is enrolled when it runs, and [Leave]s before it stops for good.
package enrol

import (
	"context"
	"fmt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/fabricgw"
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
// MEMBER_NOT_ACTIVE, NOT_PERMITTED for another's identity, WITNESS_KEY_TAKEN, TOO_MANY_WITNESSES, and RECORD_NOT_FOUND for a
// member that is not in the directory. A change of the record at the same time is VERSION_NOT_NEXT; the call may be repeated.
func Join(ctx context.Context, ledger Ledger, member, verifierKey string) (transactionID string, err error) {
	if _, err := model.ParseWitnessKey(verifierKey); err != nil {
		return "", fmt.Errorf("enrol: %w", err)
	}
	return setKey(ctx, ledger, member, verifierKey)
}

// Leave takes the member's witness key out of the directory. It returns as [Join] does.
func Leave(ctx context.Context, ledger Ledger, member string) (transactionID string, err error) {
	return setKey(ctx, ledger, member, "")
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
