package access

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// RecordConsent records that there is a consent, by the hash of its text in
// hexadecimal, and so when it was given at the latest. It says nothing of what it is,
// and answers with nothing: the hash is of the client's choosing. To record it again
// changes nothing.
func (c *Contract) RecordConsent(ctx contractapi.TransactionContextInterface, hash string) error {
	tx, _, err := c.begin(ctx)
	if err != nil {
		return err
	}
	if _, ok := access.ParseHash(hash); !ok {
		return model.Errorf(model.ReasonMalformed, "the consent's hash is no SHA-256 digest")
	}
	recorded, err := tx.get(consents + hash)
	if err != nil || recorded != nil {
		return err
	}
	return tx.putTime(consents + hash)
}

// WithdrawConsent records a withdrawal, given as canonical text and signed by the key
// that gave the consent. To withdraw again changes nothing.
func (c *Contract) WithdrawConsent(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, _, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	w, err := access.ParseWithdrawal([]byte(text))
	if err != nil {
		return "", err
	}
	hash, err := w.Hash()
	if err != nil {
		return "", err
	}
	if err := tx.provedBy(w.Owner, hash, signatures); err != nil {
		return "", err
	}
	recorded, err := tx.get(withdrawals + hash.String())
	if err != nil || recorded != nil {
		return hash.String(), err
	}
	return hash.String(), tx.put(withdrawals+hash.String(), []byte(text))
}

// withdrawn reports whether the key withdrew its consent. That of another key is
// recorded under another hash.
func (tx *transaction) withdrawn(consent model.Hash, owner access.Identity) (bool, error) {
	hash, err := access.Withdrawal{Consent: consent, Owner: owner}.Hash()
	if err != nil {
		return false, err
	}
	recorded, err := tx.get(withdrawals + hash.String())
	return recorded != nil, err
}
