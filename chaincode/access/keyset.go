package access

import (
	"fmt"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// ProposeKeySet writes the next attempt for a collective key, given as canonical text
// and signed by those who decide for the consortium. It returns the record's hash in
// hexadecimal.
func (c *Contract) ProposeKeySet(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	p, err := access.ParseKeyProposal([]byte(text))
	if err != nil {
		return "", err
	}
	hash, err := p.Hash()
	if err != nil {
		return "", err
	}
	have, err := tx.identities(hash, signatures, submitter)
	if err != nil {
		return "", err
	}
	if err := tx.consortium(have); err != nil {
		return "", err
	}
	if err := tx.followsKey(p); err != nil {
		return "", err
	}
	for _, s := range p.Seats {
		if _, err := tx.knownTrustee(s.Trustee); err != nil {
			return "", err
		}
	}
	return hash.String(), tx.put(ledger.Key(keySeries(proposals, p.Purpose, p.KeyNumber), p.Attempt), []byte(text))
}

// followsKey returns nil if the proposal is the next for its key, and of its next
// epoch.
func (tx *transaction) followsKey(p access.KeyProposal) error {
	attempt, _, err := ledger.Latest(tx.GetStub(), keySeries(proposals, p.Purpose, p.KeyNumber))
	if err != nil {
		return err
	}
	prev, err := tx.keySet(p.Purpose, p.KeyNumber)
	if err != nil {
		return err
	}
	var epoch uint64
	if prev != nil {
		epoch = prev.Epoch
	}
	if p.Attempt != attempt+1 || p.Epoch != epoch+1 {
		return model.Errorf(model.ReasonKeySetNotNext, "attempt %d for epoch %d does not follow attempt %d and epoch %d", p.Attempt, p.Epoch, attempt, epoch)
	}
	return tx.numberFollows(p.Purpose, p.KeyNumber)
}

// numberFollows returns nil if the key before has a set, so that numbers have no gaps.
func (tx *transaction) numberFollows(purpose access.KeyPurpose, number uint64) error {
	if number == 1 {
		return nil
	}
	before, err := tx.keySet(purpose, number-1)
	if err == nil && before == nil {
		return model.Errorf(model.ReasonKeySetNotNext, "there is no key %d for %s", number-1, purpose)
	}
	return err
}

// PublishKeySet writes the next epoch of a collective key, given as canonical text.
// Every trustee that it lists must have signed. It must be what the last proposal asks
// for; that of one holder is signed by those who decide for the consortium instead. It
// returns the record's hash in hexadecimal.
func (c *Contract) PublishKeySet(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	next, err := access.ParseKeySet([]byte(text))
	if err != nil {
		return "", err
	}
	prev, err := tx.keySet(next.Purpose, next.KeyNumber)
	if err != nil {
		return "", err
	}
	if err := next.CheckNext(prev); err != nil {
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
	if err := tx.ordered(next, have); err != nil {
		return "", err
	}
	for _, s := range next.Shares {
		t, err := tx.knownTrustee(s.Trustee)
		if err != nil {
			return "", err
		}
		if !have.Has(t.SigningKey) {
			return "", model.Errorf(model.ReasonSignatureInvalid, "trustee %s did not sign", t.ID)
		}
	}
	return hash.String(), tx.put(ledger.Key(keySeries(keySets, next.Purpose, next.KeyNumber), next.Epoch), []byte(text))
}

// ordered returns nil if the consortium asked for the set.
func (tx *transaction) ordered(next access.KeySet, have access.Identities) error {
	if next.OfOneHolder() {
		if err := tx.consortium(have); err != nil {
			return err
		}
		return tx.numberFollows(next.Purpose, next.KeyNumber)
	}
	_, text, err := ledger.Latest(tx.GetStub(), keySeries(proposals, next.Purpose, next.KeyNumber))
	if err != nil {
		return err
	}
	if text == nil {
		return model.Errorf(model.ReasonKeyNotProposed, "no proposal for key %d", next.KeyNumber)
	}
	p, err := access.ParseKeyProposal(text)
	if err != nil {
		return err
	}
	return next.CheckProposal(p)
}

// GetKeyProposal returns the last proposal for a key as canonical text. It is open
// while its epoch is not published.
func (c *Contract) GetKeyProposal(ctx contractapi.TransactionContextInterface, purpose string, number uint64) (string, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), keySeries(proposals, access.KeyPurpose(purpose), number))
	return orNotFound(text, err, "proposal")
}

// GetKeySet returns the latest epoch of a key as canonical text.
func (c *Contract) GetKeySet(ctx contractapi.TransactionContextInterface, purpose string, number uint64) (string, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), keySeries(keySets, access.KeyPurpose(purpose), number))
	return orNotFound(text, err, "key set")
}

// GetKeySetEpoch returns one epoch of a key as canonical text.
func (c *Contract) GetKeySetEpoch(ctx contractapi.TransactionContextInterface, purpose string, number, epoch uint64) (string, error) {
	text, err := ledger.Read(ctx.GetStub(), keySeries(keySets, access.KeyPurpose(purpose), number), epoch)
	return orNotFound(text, err, "epoch of the key")
}

// ListKeySets returns the latest epochs of at most PageSize keys for a purpose, as
// canonical texts, that follow key number after; 0 starts at the first. A page shorter
// than PageSize is the last.
func (c *Contract) ListKeySets(ctx contractapi.TransactionContextInterface, purpose string, after uint64) ([]string, error) {
	var start string
	if after > 0 {
		start = fmt.Sprintf("%020d", after)
	}
	return ledger.LastOfEach(ctx.GetStub(), keySets+purpose+"/", start, PageSize)
}

func keySeries(prefix string, purpose access.KeyPurpose, number uint64) string {
	return ledger.Key(prefix+string(purpose), number)
}

// keySet returns the latest epoch of a key, or nil.
func (tx *transaction) keySet(purpose access.KeyPurpose, number uint64) (*access.KeySet, error) {
	_, text, err := ledger.Latest(tx.GetStub(), keySeries(keySets, purpose, number))
	if err != nil || text == nil {
		return nil, err
	}
	k, err := access.ParseKeySet(text)
	return &k, err
}
