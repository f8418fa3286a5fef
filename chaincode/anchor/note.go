package anchor

import (
	"time"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/membership"
	"github.com/pcc-platform/pcc/chaincode/model"
)

// checkNote holds the note to the index log, whose root it computes itself, and to
// the quorum of the witnesses. It returns the index after next as canonical text.
func checkNote(ctx contractapi.TransactionContextInterface, next model.EpochRecord, signed string, now time.Time) (string, error) {
	note, err := model.ParseNote([]byte(signed))
	if err != nil {
		return "", err
	}
	prev, err := indexBefore(ctx, next.Number)
	if err != nil {
		return "", err
	}
	index, err := prev.Append(next, note)
	if err != nil {
		return "", err
	}
	witnesses, err := membership.Witnesses(ctx)
	if err != nil {
		return "", err
	}
	if len(witnesses) == 0 {
		if err := model.ValidateDelay(next, now); err != nil {
			return "", err
		}
	}
	// A witness sees the record first when it is cut, and last when it is submitted.
	cut := time.UnixMilli(next.TimeUnixMilli)
	if err := note.VerifyQuorum(witnesses, cut.Add(-model.MaxSkew), now.Add(model.MaxSkew)); err != nil {
		return "", err
	}
	text, err := index.Canonical()
	return string(text), err
}

func indexBefore(ctx contractapi.TransactionContextInterface, number uint64) (model.Index, error) {
	if number == 1 {
		return model.Index{}, nil
	}
	text, err := ledger.Read(ctx.GetStub(), indexes, number-1)
	if err != nil {
		return model.Index{}, err
	}
	return model.ParseIndex(text)
}
