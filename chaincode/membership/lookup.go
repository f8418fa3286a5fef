package membership

import (
	"fmt"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
)

const (
	memberPrefix = "member/"
	mspPrefix    = "msp/"
)

func series(id string) string { return memberPrefix + id }

func mspKey(mspID string) string { return mspPrefix + mspID }

// Submitter returns the record of the member whose identity signed the
// transaction. It refuses with NOT_A_MEMBER if that MSP has none; the caller
// judges the record's status.
func Submitter(ctx contractapi.TransactionContextInterface) (model.MemberRecord, error) {
	mspID, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return model.MemberRecord{}, fmt.Errorf("read submitter: %w", err)
	}
	id, err := ctx.GetStub().GetState(mspKey(mspID))
	if err != nil {
		return model.MemberRecord{}, fmt.Errorf("read MSP: %w", err)
	}
	if id == nil {
		return model.MemberRecord{}, model.Errorf(model.ReasonNotAMember, "%s is no member's MSP", mspID)
	}
	return Latest(ctx, string(id))
}

// Latest returns the last version of a member, or a RECORD_NOT_FOUND.
func Latest(ctx contractapi.TransactionContextInterface, id string) (model.MemberRecord, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), series(id))
	if err != nil {
		return model.MemberRecord{}, err
	}
	if text == nil {
		return model.MemberRecord{}, model.Errorf(model.ReasonNotFound, "no such member")
	}
	return model.ParseMember(text)
}

// anyMember reports whether the directory is founded. The empty range is part of
// what Fabric re-checks at commit, so that two founders cannot both succeed.
func anyMember(ctx contractapi.TransactionContextInterface) (bool, error) {
	found, err := ctx.GetStub().GetStateByRange(mspPrefix, ledger.End(mspPrefix))
	if err != nil {
		return false, fmt.Errorf("read members: %w", err)
	}
	defer found.Close()
	return found.HasNext(), nil
}
