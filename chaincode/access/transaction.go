package access

import (
	"fmt"
	"strconv"
	"time"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/membership"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// transaction is one call's view of the state; what it read it keeps.
type transaction struct {
	contractapi.TransactionContextInterface
	at       int64 // milliseconds
	policies map[access.PolicyID]*access.Policy
}

// view is the transaction of who only reads, at a time in milliseconds.
func view(ctx contractapi.TransactionContextInterface, at int64) *transaction {
	return &transaction{TransactionContextInterface: ctx, at: at, policies: map[access.PolicyID]*access.Policy{}}
}

// begin returns the transaction of who writes, at its own time, and its submitter, an
// active member.
func (c *Contract) begin(ctx contractapi.TransactionContextInterface) (*transaction, model.MemberRecord, error) {
	stamp, err := ctx.GetStub().GetTxTimestamp()
	if err != nil {
		return nil, model.MemberRecord{}, fmt.Errorf("read transaction time: %w", err)
	}
	if off := c.clock().Sub(stamp.AsTime()).Abs(); off > model.MaxSkew {
		return nil, model.MemberRecord{}, model.Errorf(model.ReasonClockSkew, "the transaction's time is off this peer's by %s", off.Round(time.Second))
	}
	submitter, err := membership.Submitter(ctx)
	if err != nil {
		return nil, model.MemberRecord{}, err
	}
	if submitter.Status != model.StatusActive {
		return nil, model.MemberRecord{}, model.Errorf(model.ReasonNotActive, "member %s is %s", submitter.ID, submitter.Status)
	}
	return view(ctx, stamp.AsTime().UnixMilli()), submitter, nil
}

func (tx *transaction) get(key string) ([]byte, error) {
	value, err := tx.GetStub().GetState(key)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	return value, nil
}

func (tx *transaction) put(key string, value []byte) error {
	if err := tx.GetStub().PutState(key, value); err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	return nil
}

// putTime writes when it happened, under a key that says what did.
func (tx *transaction) putTime(key string) error {
	return tx.put(key, []byte(strconv.FormatInt(tx.at, 10)))
}

// active reports whether a member is; one that was never registered is not.
func (tx *transaction) active(member string) (bool, error) {
	r, err := membership.Latest(tx, member)
	if model.ReasonOf(err) == model.ReasonNotFound {
		return false, nil
	}
	return r.Status == model.StatusActive, err
}

// signed returns the identities that signed a text with this hash. A member that is
// not active does not count.
func (tx *transaction) signed(digest model.Hash, signatures string) (access.Identities, error) {
	all, err := access.ParseSignatures(signatures)
	if err != nil {
		return nil, err
	}
	return all.Satisfied(digest, func(member string) (access.Identity, error) {
		active, err := tx.active(member)
		if err != nil {
			return "", err
		}
		if !active {
			return "", model.Errorf(model.ReasonNotActive, "member %s, who signed, is not active", member)
		}
		return tx.accessKey(member)
	})
}

// identities are those that signed and the submitter's organisation.
func (tx *transaction) identities(digest model.Hash, signatures string, submitter model.MemberRecord) (access.Identities, error) {
	have, err := tx.signed(digest, signatures)
	return append(have, access.MSP(submitter.MSPID)), err
}

// policy returns the latest version of a policy, or nil; it is an access.Load.
func (tx *transaction) policy(id access.PolicyID) (*access.Policy, error) {
	if known, found := tx.policies[id]; found {
		return known, nil
	}
	_, text, err := ledger.Latest(tx.GetStub(), policies+string(id))
	if err != nil || text == nil {
		return nil, err
	}
	p, err := access.ParsePolicy(text)
	if err != nil {
		return nil, err
	}
	tx.policies[id] = &p
	return &p, nil
}

// existing returns the latest version of a policy that must be there.
func (tx *transaction) existing(id access.PolicyID) (*access.Policy, error) {
	p, err := tx.policy(id)
	if err == nil && p == nil {
		return nil, model.Errorf(model.ReasonPolicyUnknown, "there is no policy %s", id)
	}
	return p, err
}

// consortium returns nil if those who signed decide for the consortium.
func (tx *transaction) consortium(have access.Identities) error {
	p, err := tx.existing(access.Consortium)
	if err != nil {
		return err
	}
	return p.Permit(access.Evolve, "", have, tx.at, tx.policy)
}

// notFound is what a read of something absent answers.
func notFound(what string) error {
	return model.Errorf(model.ReasonNotFound, "no such %s", what)
}

// orNotFound makes an absent value an error.
func orNotFound(text []byte, err error, what string) (string, error) {
	if err == nil && text == nil {
		err = notFound(what)
	}
	return string(text), err
}
