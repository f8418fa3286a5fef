package membership

import (
	"fmt"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
)

// Name is the contract's name; a client calls "membership:RegisterMember".
const Name = "membership"

// EventChanged is the event of every written record; its payload is "<id> <version>".
const EventChanged = "member-changed"

// Contract holds the directory's transactions.
type Contract struct {
	contractapi.Contract
}

// New returns the contract under its Name.
func New() *Contract {
	return &Contract{contractapi.Contract{Name: Name}}
}

// GetEvaluateTransactions names the transactions that only read.
func (*Contract) GetEvaluateTransactions() []string { return []string{"GetMember", "ListMembers"} }

// RegisterMember writes version 1 of a member, given as canonical text, and
// returns the record's hash in hexadecimal.
func (c *Contract) RegisterMember(ctx contractapi.TransactionContextInterface, text string) (string, error) {
	next, err := model.ParseMember([]byte(text))
	if err != nil {
		return "", err
	}
	if err := model.ValidateMemberChange(nil, next); err != nil {
		return "", err
	}
	if err := authorizeRegistration(ctx, next); err != nil {
		return "", err
	}
	existing, err := ledger.Read(ctx.GetStub(), series(next.ID), 1)
	if err != nil {
		return "", err
	}
	if existing != nil {
		return "", model.Errorf(model.ReasonMemberExists, "member %s is registered", next.ID)
	}
	if err := claimMSP(ctx, next); err != nil {
		return "", err
	}
	return write(ctx, next)
}

// ChangeMember writes the next version of a member, given as canonical text, and
// returns the record's hash in hexadecimal.
func (c *Contract) ChangeMember(ctx contractapi.TransactionContextInterface, text string) (string, error) {
	next, err := model.ParseMember([]byte(text))
	if err != nil {
		return "", err
	}
	prev, err := Latest(ctx, next.ID)
	if err != nil {
		return "", err
	}
	if err := model.ValidateMemberChange(&prev, next); err != nil {
		return "", err
	}
	submitter, err := Submitter(ctx)
	if err != nil {
		return "", err
	}
	if err := model.AuthorizeMemberChange(submitter, &prev, next); err != nil {
		return "", err
	}
	if err := updateWitnesses(ctx, prev, next); err != nil {
		return "", err
	}
	return write(ctx, next)
}

// GetMember returns the latest version of a member as canonical text.
func (c *Contract) GetMember(ctx contractapi.TransactionContextInterface, id string) (string, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), series(id))
	if err != nil {
		return "", err
	}
	if text == nil {
		return "", model.Errorf(model.ReasonNotFound, "no such member")
	}
	return string(text), nil
}

// authorizeRegistration lets the first member register itself, and any active
// member register another.
func authorizeRegistration(ctx contractapi.TransactionContextInterface, next model.MemberRecord) error {
	submitter, err := Submitter(ctx)
	if err == nil {
		return model.AuthorizeMemberChange(submitter, nil, next)
	}
	if model.ReasonOf(err) != model.ReasonNotAMember {
		return err
	}
	founded, rangeErr := anyMember(ctx)
	if rangeErr != nil {
		return rangeErr
	}
	if founded {
		return err
	}
	mspID, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return fmt.Errorf("read submitter: %w", err)
	}
	if mspID != next.MSPID {
		return model.Errorf(model.ReasonNotPermitted, "the first member registers itself")
	}
	return nil
}

func claimMSP(ctx contractapi.TransactionContextInterface, next model.MemberRecord) error {
	owner, err := ctx.GetStub().GetState(mspKey(next.MSPID))
	if err != nil {
		return fmt.Errorf("read MSP: %w", err)
	}
	if owner != nil {
		return model.Errorf(model.ReasonMSPTaken, "%s belongs to member %s", next.MSPID, owner)
	}
	if err := ctx.GetStub().PutState(mspKey(next.MSPID), []byte(next.ID)); err != nil {
		return fmt.Errorf("write MSP: %w", err)
	}
	return nil
}

func write(ctx contractapi.TransactionContextInterface, r model.MemberRecord) (string, error) {
	text, err := r.Canonical()
	if err != nil {
		return "", err
	}
	hash, err := r.Hash()
	if err != nil {
		return "", err
	}
	if err := ctx.GetStub().PutState(ledger.Key(series(r.ID), r.Version), text); err != nil {
		return "", fmt.Errorf("write member: %w", err)
	}
	if err := ctx.GetStub().SetEvent(EventChanged, fmt.Appendf(nil, "%s %d", r.ID, r.Version)); err != nil {
		return "", fmt.Errorf("set event: %w", err)
	}
	return hash.String(), nil
}
