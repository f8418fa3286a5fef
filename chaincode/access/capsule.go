package access

import (
	"slices"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// RegisterCapsules writes capsules, given as canonical text of access.Capsules. Each
// must be new, and the policy of its label must permit its class to be written: to the
// writer, who has signed, or to the submitter's organisation, which then writes on the
// writer's behalf. It returns the text's hash in hexadecimal.
func (c *Contract) RegisterCapsules(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	batch, err := access.ParseCapsules([]byte(text))
	if err != nil {
		return "", err
	}
	hash, err := batch.Hash()
	if err != nil {
		return "", err
	}
	have, err := tx.identities(hash, signatures, submitter)
	if err != nil {
		return "", err
	}
	permitted := map[access.Label]bool{}
	for _, r := range batch {
		if !permitted[r.Label] {
			if err := tx.mayWrite(r.Label, have, access.MSP(submitter.MSPID)); err != nil {
				return "", err
			}
			permitted[r.Label] = true
		}
		if err := tx.putCapsule(r); err != nil {
			return "", err
		}
	}
	return hash.String(), nil
}

func (tx *transaction) mayWrite(label access.Label, have access.Identities, submitter access.Identity) error {
	p, err := tx.existing(label.Policy)
	if err != nil {
		return err
	}
	writer := access.Member(label.Writer)
	if !slices.Contains(have, writer) {
		err := p.Permit(access.Write(label.Class), "", access.Identities{submitter}, tx.at, tx.policy)
		if model.ReasonOf(err) == model.ReasonActionDenied {
			return model.Errorf(model.ReasonSignatureInvalid, "the writer %s did not sign its capsules", label.Writer)
		}
		return err
	}
	// The right of one writer of a batch is not another's.
	own := slices.DeleteFunc(slices.Clone(have), func(i access.Identity) bool {
		_, isMember := i.MemberID()
		return isMember && i != writer
	})
	return p.Permit(access.Write(label.Class), "", own, tx.at, tx.policy)
}

func (tx *transaction) putCapsule(r access.Registration) error {
	registered, err := tx.get(capsules + r.Hash.String())
	if err != nil {
		return err
	}
	if registered != nil {
		return model.Errorf(model.ReasonCapsuleExists, "capsule %s is registered", r.Hash)
	}
	label, err := r.Label.Canonical()
	if err != nil {
		return err
	}
	return tx.put(capsules+r.Hash.String(), label)
}

// GetCapsules returns the labels, as canonical texts, of at most access.MaxCapsules
// capsules with these hashes; "" for one that is not registered.
func (c *Contract) GetCapsules(ctx contractapi.TransactionContextInterface, hashes []string) ([]string, error) {
	if len(hashes) > access.MaxCapsules {
		return nil, model.Errorf(model.ReasonMalformed, "%d capsules, at most %d are allowed", len(hashes), access.MaxCapsules)
	}
	tx := view(ctx, 0)
	labels := make([]string, len(hashes))
	for i, hash := range hashes {
		label, err := tx.get(capsules + hash)
		if err != nil {
			return nil, err
		}
		labels[i] = string(label)
	}
	return labels, nil
}
