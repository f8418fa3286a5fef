package receipt_test

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/verify/receipt"
)

func TestARecordSaysWhereAStreamWas(t *testing.T) {
	record, err := model.EpochRecord{
		Number: 1, TimeUnixMilli: acceptedAt.UnixMilli(), MapRoot: model.EmptyMapRoot(),
		Streams: []model.StreamCheckpoint{{Stream: stream, Size: 7, Root: model.Hash{5}}},
	}.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(acceptedAt.UnixMilli()).UTC()
	for of, want := range map[string]receipt.Head{
		stream:         {Stream: stream, Size: 7, Root: proof.Hash{5}, Time: at},
		"ingest/begun": {Stream: "ingest/begun", Root: sha256.Sum256(nil), Time: at},
	} {
		if got, err := receipt.HeadOf(record, of); err != nil || got != want {
			t.Errorf("%s was at %+v, %v", of, got, err)
		}
	}
	if _, err := receipt.HeadOf(append(record, '\n'), stream); !errors.Is(err, receipt.ErrRecord) {
		t.Errorf("no record: %v", err)
	}
}

// TestAStreamThatNeverBeganBreaksThePromise has a platform that accepts and journals nothing at all.
func TestAStreamThatNeverBeganBreaksThePromise(t *testing.T) {
	p := newPlatform(t)
	o := open(t, p, p.accept(t, encoded(t, "1", "a")))
	head := receipt.Head{Stream: stream, Root: sha256.Sum256(nil), Time: o.Deadline().Add(time.Millisecond)}
	if got, err := receipt.Judge(head, all(nil), o); err != nil || got[0][0] != receipt.Broken {
		t.Errorf("%q, %v", got, err)
	}
}
