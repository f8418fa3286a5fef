package access

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// maxFounders bounds the members with an access key when the consortium's policy is
// founded.
const maxFounders = 100

// CreatePolicy writes version 1 of a policy, given as canonical text. Only the
// consortium's must be signed. It returns the record's hash in hexadecimal.
func (c *Contract) CreatePolicy(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, _, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	next, err := access.ParsePolicy([]byte(text))
	if err != nil {
		return "", err
	}
	if err := access.CheckNext(nil, next); err != nil {
		return "", err
	}
	prev, err := tx.policy(next.ID)
	if err != nil {
		return "", err
	}
	if prev != nil {
		return "", model.Errorf(model.ReasonPolicyExists, "the policy has a version %d", prev.Version)
	}
	hash, err := next.Hash()
	if err != nil {
		return "", err
	}
	have, err := tx.signed(hash, signatures)
	if err != nil {
		return "", err
	}
	if next.ID == access.Consortium {
		if err := tx.founded(have); err != nil {
			return "", err
		}
	}
	return hash.String(), tx.putPolicy(next, text)
}

// founded returns nil if more than half of the active members with an access key
// signed.
func (tx *transaction) founded(have access.Identities) error {
	texts, err := ledger.LastOfEach(tx.GetStub(), keys, "", maxFounders+1)
	if err != nil {
		return err
	}
	if len(texts) > maxFounders {
		return model.Errorf(model.ReasonNotPermitted, "more than %d members have access keys", maxFounders)
	}
	signed, all := 0, 0
	for _, text := range texts {
		k, err := access.ParseKey([]byte(text))
		if err != nil {
			return err
		}
		active, err := tx.active(k.Member)
		if err != nil {
			return err
		}
		if !active {
			continue
		}
		all++
		if have.Has(access.Member(k.Member)) {
			signed++
		}
	}
	if 2*signed <= all {
		return model.Errorf(model.ReasonActionDenied, "%d of %d members with an access key signed, more than half must", signed, all)
	}
	return nil
}

// EvolvePolicy writes the next version of a policy, signed by those who satisfy the
// latest version's rule for evolve. It returns the record's hash in hexadecimal.
func (c *Contract) EvolvePolicy(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	return c.changePolicy(ctx, access.Evolve, text, signatures)
}

// RecoverPolicy does the same under the rule for recover.
func (c *Contract) RecoverPolicy(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	return c.changePolicy(ctx, access.Recover, text, signatures)
}

func (c *Contract) changePolicy(
	ctx contractapi.TransactionContextInterface, action access.Action, text, signatures string,
) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	next, err := access.ParsePolicy([]byte(text))
	if err != nil {
		return "", err
	}
	prev, err := tx.existing(next.ID)
	if err != nil {
		return "", err
	}
	if err := access.CheckNext(prev, next); err != nil {
		return "", err
	}
	hash, err := next.Hash()
	if err != nil {
		return "", err
	}
	have, err := tx.identities(hash, signatures, submitter)
	if err != nil {
		return "", err
	}
	if err := prev.Permit(action, "", have, tx.at, tx.policy); err != nil {
		return "", err
	}
	return hash.String(), tx.putPolicy(next, text)
}

func (tx *transaction) putPolicy(next access.Policy, text string) error {
	if err := access.CheckDelegation(next, tx.policy); err != nil {
		return err
	}
	return tx.put(ledger.Key(policies+string(next.ID), next.Version), []byte(text))
}

// GetPolicy returns the latest version of a policy as canonical text.
func (c *Contract) GetPolicy(ctx contractapi.TransactionContextInterface, id string) (string, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), policies+id)
	return orNotFound(text, err, "policy")
}

// GetPolicyVersion returns one version of a policy as canonical text.
func (c *Contract) GetPolicyVersion(ctx contractapi.TransactionContextInterface, id string, version uint64) (string, error) {
	text, err := ledger.Read(ctx.GetStub(), policies+id, version)
	return orNotFound(text, err, "version of the policy")
}
