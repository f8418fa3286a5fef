package anchor

import (
	"fmt"
	"slices"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// Candidate is an epoch record that was cut, in its canonical form.
type Candidate struct {
	Record  model.EpochRecord
	Text    string // canonical text, the bytes that are hashed
	Hash    model.Hash
	CutTime time.Time
}

// Epoch is a candidate and, once anchored, where it stands on the ledger.
type Epoch struct {
	Candidate
	// Note is the cosigned checkpoint of the index that ends with the record; nil while there is none.
	Note []byte
	// Transaction is nil while the epoch is pending.
	Transaction *Transaction
	AnchorTime  time.Time // zero while pending
}

// Transaction is the Fabric transaction that carries an epoch.
type Transaction struct {
	ID           string
	Channel      string
	Chaincode    string
	Block        uint64
	Endorsements []Endorsement
}

// Commit is what the ledger says of a committed epoch.
type Commit struct {
	Transaction Transaction
	// Attested is the record's hash as the endorsers returned it, in hexadecimal.
	Attested string
}

// Endorsement is one peer's signature under the transaction's outcome.
type Endorsement struct {
	MSPID          string
	CertificatePEM string
	Signature      []byte // ASN.1 ECDSA over SHA-256 of Signed
	Signed         []byte // the exact bytes signed; see chaincode/endorsement
}

// EndorsingMSPs returns the organisations that endorsed, sorted, each once.
func (t Transaction) EndorsingMSPs() []string {
	var ids []string
	for _, e := range t.Endorsements {
		ids = append(ids, e.MSPID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Number is the epoch's number, from 1.
func (c Candidate) Number() uint64 { return c.Record.Number }

// Entries is the number of journal entries, of all streams, under the record.
func (c Candidate) Entries() uint64 {
	var sum uint64
	for _, s := range c.Record.Streams {
		sum += s.Size
	}
	return sum
}

// newCandidate brings a record into its canonical form.
func newCandidate(record model.EpochRecord) (Candidate, error) {
	text, err := record.Canonical()
	if err != nil {
		return Candidate{}, fmt.Errorf("anchor: encode epoch %d: %w", record.Number, err)
	}
	hash, err := record.Hash()
	if err != nil {
		return Candidate{}, fmt.Errorf("anchor: hash epoch %d: %w", record.Number, err)
	}
	return Candidate{Record: record, Text: string(text), Hash: hash, CutTime: time.UnixMilli(record.TimeUnixMilli).UTC()}, nil
}

// ParseCandidate reads canonical text, as the database and the ledger hold it.
func ParseCandidate(text string) (Candidate, error) {
	record, err := model.ParseEpoch([]byte(text))
	if err != nil {
		return Candidate{}, fmt.Errorf("anchor: parse epoch: %w", err)
	}
	return newCandidate(record)
}
