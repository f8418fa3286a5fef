package anchor

import (
	"fmt"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/membership"
	"github.com/pcc-platform/pcc/chaincode/model"
)

// Name is the contract's name; a client calls "anchor:SubmitEpoch".
const Name = "anchor"

// EventAnchored is the event of every written epoch; its payload is "<number> <hash, hexadecimal>".
const EventAnchored = "epoch-anchored"

// Series of keys.
const (
	records = "epoch"
	notes   = "epoch-note"
	indexes = "epoch-index"
)

// Contract holds the epochs' transactions.
type Contract struct {
	contractapi.Contract
}

// New returns the contract under its Name.
func New() *Contract {
	return &Contract{contractapi.Contract{Name: Name}}
}

// GetEvaluateTransactions names the transactions that only read.
func (*Contract) GetEvaluateTransactions() []string {
	return []string{"GetEpoch", "GetEpochNote", "LatestEpoch", "EpochTransaction"}
}

// SubmitEpoch writes the next epoch, given as canonical text, with its note: the
// signed checkpoint of the index log after it, cosigned by a quorum of the
// witnesses. It returns the record's hash in hexadecimal.
func (c *Contract) SubmitEpoch(ctx contractapi.TransactionContextInterface, text, note string) (string, error) {
	if err := requireActiveMember(ctx); err != nil {
		return "", err
	}
	next, err := model.ParseEpoch([]byte(text))
	if err != nil {
		return "", err
	}
	prev, err := predecessor(ctx, next)
	if err != nil {
		return "", err
	}
	now, err := ctx.GetStub().GetTxTimestamp()
	if err != nil {
		return "", fmt.Errorf("read transaction time: %w", err)
	}
	if err := model.ValidateNextEpoch(prev, next, now.AsTime()); err != nil {
		return "", err
	}
	index, err := checkNote(ctx, next, note, now.AsTime())
	if err != nil {
		return "", err
	}
	return write(ctx, next, text, note, index)
}

// GetEpoch returns the canonical text of epoch number.
func (c *Contract) GetEpoch(ctx contractapi.TransactionContextInterface, number uint64) (string, error) {
	return read(ctx, records, number)
}

// GetEpochNote returns the note that epoch number was submitted with.
func (c *Contract) GetEpochNote(ctx contractapi.TransactionContextInterface, number uint64) (string, error) {
	return read(ctx, notes, number)
}

// LatestEpoch returns the canonical text of the last epoch.
func (c *Contract) LatestEpoch(ctx contractapi.TransactionContextInterface) (string, error) {
	_, text, err := ledger.Latest(ctx.GetStub(), records)
	if err != nil {
		return "", err
	}
	if text == nil {
		return "", model.Errorf(model.ReasonNotFound, "no epoch yet")
	}
	return string(text), nil
}

// EpochTransaction returns the id of the transaction that wrote epoch number, by
// which a client that lost the answer of SubmitEpoch finds its endorsements.
func (c *Contract) EpochTransaction(ctx contractapi.TransactionContextInterface, number uint64) (string, error) {
	history, err := ctx.GetStub().GetHistoryForKey(ledger.Key(records, number))
	if err != nil {
		return "", fmt.Errorf("read history: %w", err)
	}
	defer history.Close()
	if !history.HasNext() {
		return "", model.Errorf(model.ReasonNotFound, "no epoch %d", number)
	}
	written, err := history.Next()
	if err != nil {
		return "", fmt.Errorf("read history: %w", err)
	}
	return written.GetTxId(), nil
}

func requireActiveMember(ctx contractapi.TransactionContextInterface) error {
	submitter, err := membership.Submitter(ctx)
	if err != nil {
		return err
	}
	if submitter.Status != model.StatusActive {
		return model.Errorf(model.ReasonNotActive, "member %s is %s", submitter.ID, submitter.Status)
	}
	return nil
}

// predecessor returns the epoch before next, nil for the first. It refuses if
// next's number is taken: reading that key as absent is also what lets only one
// of two concurrent submissions commit.
func predecessor(ctx contractapi.TransactionContextInterface, next model.EpochRecord) (*model.EpochRecord, error) {
	taken, err := ledger.Read(ctx.GetStub(), records, next.Number)
	if err != nil {
		return nil, err
	}
	if taken != nil {
		return nil, model.Errorf(model.ReasonEpochNotNext, "epoch %d is written", next.Number)
	}
	if next.Number == 1 {
		return nil, nil
	}
	text, err := ledger.Read(ctx.GetStub(), records, next.Number-1)
	if err != nil {
		return nil, err
	}
	if text == nil {
		return nil, model.Errorf(model.ReasonPreviousUnknown, "no epoch %d here", next.Number-1)
	}
	prev, err := model.ParseEpoch(text)
	return &prev, err
}

func read(ctx contractapi.TransactionContextInterface, series string, number uint64) (string, error) {
	value, err := ledger.Read(ctx.GetStub(), series, number)
	if err != nil {
		return "", err
	}
	if value == nil {
		return "", model.Errorf(model.ReasonNotFound, "no epoch %d", number)
	}
	return string(value), nil
}

func write(ctx contractapi.TransactionContextInterface, next model.EpochRecord, text, note, index string) (string, error) {
	hash, err := next.Hash()
	if err != nil {
		return "", err
	}
	for _, v := range []struct{ series, value string }{{records, text}, {notes, note}, {indexes, index}} {
		if err := ctx.GetStub().PutState(ledger.Key(v.series, next.Number), []byte(v.value)); err != nil {
			return "", fmt.Errorf("write epoch: %w", err)
		}
	}
	if err := ctx.GetStub().SetEvent(EventAnchored, fmt.Appendf(nil, "%d %s", next.Number, hash)); err != nil {
		return "", fmt.Errorf("set event: %w", err)
	}
	return hash.String(), nil
}
