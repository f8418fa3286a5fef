package access

import (
	"slices"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// RegisterAccessKey writes the next version of the submitter's own access key, signed
// by that key. It returns the record's hash in hexadecimal.
func (c *Contract) RegisterAccessKey(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	next, err := access.ParseKey([]byte(text))
	if err != nil {
		return "", err
	}
	if next.Member != submitter.ID {
		return "", model.Errorf(model.ReasonNotPermitted, "member %s registers a key of %s", submitter.ID, next.Member)
	}
	version, _, err := ledger.Latest(ctx.GetStub(), keys+next.Member)
	if err != nil {
		return "", err
	}
	if next.Version != version+1 {
		return "", model.Errorf(model.ReasonVersionNotNext, "version %d of the key does not follow %d", next.Version, version)
	}
	hash, err := next.Hash()
	if err != nil {
		return "", err
	}
	if err := tx.provedBy(next.Key, hash, signatures); err != nil {
		return "", err
	}
	return hash.String(), tx.put(ledger.Key(keys+next.Member, next.Version), []byte(text))
}

// provedBy returns nil if a key is among those that signed.
func (tx *transaction) provedBy(key access.Identity, digest model.Hash, signatures string) error {
	have, err := tx.signed(digest, signatures)
	if err != nil {
		return err
	}
	if !slices.Contains(have, key) {
		return model.Errorf(model.ReasonSignatureInvalid, "the key of the record did not sign it")
	}
	return nil
}

// GetAccessKey returns the latest version of a member's access key as canonical text.
func (c *Contract) GetAccessKey(ctx contractapi.TransactionContextInterface, member string) (string, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), keys+member)
	return orNotFound(text, err, "access key")
}

// ListAccessKeys returns the latest versions of at most PageSize keys, as canonical
// texts, of the members that follow the member after; "" starts at the first. A page
// shorter than PageSize is the last.
func (c *Contract) ListAccessKeys(ctx contractapi.TransactionContextInterface, after string) ([]string, error) {
	return ledger.LastOfEach(ctx.GetStub(), keys, after, PageSize)
}

// accessKey returns the key by which a member signs.
func (tx *transaction) accessKey(member string) (access.Identity, error) {
	_, text, err := ledger.Latest(tx.GetStub(), keys+member)
	if err != nil {
		return "", err
	}
	if text == nil {
		return "", model.Errorf(model.ReasonAccessKeyUnknown, "member %s has no access key", member)
	}
	k, err := access.ParseKey(text)
	return k.Key, err
}
