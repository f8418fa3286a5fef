package access

import (
	"strings"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// RegisterTrustee writes the next version of a trustee of the submitter's own, signed
// by the trustee's key. It returns the record's hash in hexadecimal.
func (c *Contract) RegisterTrustee(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	next, err := access.ParseTrustee([]byte(text))
	if err != nil {
		return "", err
	}
	if next.Member != submitter.ID {
		return "", model.Errorf(model.ReasonNotPermitted, "member %s registers a trustee of %s", submitter.ID, next.Member)
	}
	prev, err := tx.trustee(next.ID)
	if err != nil {
		return "", err
	}
	switch {
	case prev != nil && prev.Member != next.Member:
		return "", model.Errorf(model.ReasonTrusteeMember, "trustee %s is of member %s", next.ID, prev.Member)
	case prev == nil && next.Version != 1, prev != nil && next.Version != prev.Version+1:
		return "", model.Errorf(model.ReasonVersionNotNext, "version %d of trustee %s is not the next", next.Version, next.ID)
	}
	hash, err := next.Hash()
	if err != nil {
		return "", err
	}
	if err := tx.provedBy(next.SigningKey, hash, signatures); err != nil {
		return "", err
	}
	return hash.String(), tx.put(ledger.Key(trustees+next.ID, next.Version), []byte(text))
}

// GetTrustee returns the latest version of a trustee as canonical text.
func (c *Contract) GetTrustee(ctx contractapi.TransactionContextInterface, id string) (string, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), trustees+id)
	return orNotFound(text, err, "trustee")
}

// ListTrustees returns the latest versions of at most PageSize trustees, as canonical
// texts, that follow the one with id after; "" starts at the first. A page shorter than
// PageSize is the last.
func (c *Contract) ListTrustees(ctx contractapi.TransactionContextInterface, after string) ([]string, error) {
	return ledger.LastOfEach(ctx.GetStub(), trustees, after, PageSize)
}

// trustee returns the latest version of a trustee, or nil.
func (tx *transaction) trustee(id string) (*access.Trustee, error) {
	_, text, err := ledger.Latest(tx.GetStub(), trustees+id)
	if err != nil || text == nil {
		return nil, err
	}
	t, err := access.ParseTrustee(text)
	return &t, err
}

// knownTrustee returns a trustee that must be there.
func (tx *transaction) knownTrustee(id string) (*access.Trustee, error) {
	t, err := tx.trustee(id)
	if err == nil && t == nil {
		return nil, model.Errorf(model.ReasonTrusteeUnknown, "there is no trustee %s", id)
	}
	return t, err
}

// RecordAnswers writes what a trustee answered, given as canonical text of
// access.Answers and signed by its key. One that is recorded changes nothing, so that
// a batch whose fate is unknown can be sent again. It returns the text's hash in
// hexadecimal.
func (c *Contract) RecordAnswers(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, _, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	batch, err := access.ParseAnswers([]byte(text))
	if err != nil {
		return "", err
	}
	hash, err := batch.Hash()
	if err != nil {
		return "", err
	}
	t, err := tx.knownTrustee(batch.Trustee)
	if err != nil {
		return "", err
	}
	if err := tx.provedBy(t.SigningKey, hash, signatures); err != nil {
		return "", err
	}
	for _, one := range batch.Lines {
		if err := tx.putAnswer(t.ID, one); err != nil {
			return "", err
		}
	}
	return hash.String(), nil
}

func (tx *transaction) putAnswer(trustee string, a access.Answer) error {
	request, err := tx.get(requests + a.Request.String())
	if err != nil {
		return err
	}
	if request == nil {
		return notFound("request")
	}
	key := answers + a.Request.String() + "/" + trustee + "/" + a.SHA256.String()
	recorded, err := tx.get(key)
	if err != nil || recorded != nil {
		return err
	}
	return tx.putTime(key)
}

// ListAnswers returns at most AnswersPageSize answers to a request that follow the
// line after, "" for the first, as lines "<trustee> <hash of the answer, hexadecimal>
// <time of the record, milliseconds>", in the order of trustees and hashes. A page
// shorter than AnswersPageSize is the last.
func (c *Contract) ListAnswers(ctx contractapi.TransactionContextInterface, request, after string) ([]string, error) {
	var start string
	if f := strings.Split(after, " "); len(f) == 3 {
		start = f[0] + "/" + f[1]
	}
	found, err := ledger.List(ctx.GetStub(), answers+request+"/", start, AnswersPageSize)
	if err != nil {
		return nil, err
	}
	page := []string{}
	for _, entry := range found {
		page = append(page, strings.Replace(entry.Key, "/", " ", 1)+" "+string(entry.Value))
	}
	return page, nil
}
