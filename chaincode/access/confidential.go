package access

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// SetConfidentialTable writes the next version of the table of confidential fields,
// given as canonical text and signed by those who decide for the consortium. It
// returns the record's hash in hexadecimal.
func (c *Contract) SetConfidentialTable(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	next, err := access.ParseConfidentialTable([]byte(text))
	if err != nil {
		return "", err
	}
	var prev access.ConfidentialTable
	_, latest, err := ledger.Latest(ctx.GetStub(), confidential)
	if err != nil {
		return "", err
	}
	if latest != nil {
		if prev, err = access.ParseConfidentialTable(latest); err != nil {
			return "", err
		}
	}
	if err := prev.CheckNext(next); err != nil {
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
	if err := tx.consortium(have); err != nil {
		return "", err
	}
	return hash.String(), tx.put(ledger.Key(confidential, next.Version), []byte(text))
}

// GetConfidentialTable returns the latest version of the table as canonical text.
func (c *Contract) GetConfidentialTable(ctx contractapi.TransactionContextInterface) (string, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), confidential)
	return orNotFound(text, err, "table")
}
