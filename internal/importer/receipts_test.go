package importer

import (
	"crypto/sha256"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/internal/sourcesign"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify/receipt"
)

// promising makes the platform sign receipts, and returns the key that they open with.
func (p *platform) promising(t *testing.T) (verifierKey string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.key")
	_, err := checkpoint.CreateLogKey(path, "log.example")
	must(t, err)
	key, err := checkpoint.ReadLogKey(path)
	must(t, err)
	own, err := key.For("ingest/oem")
	must(t, err)
	p.receipts, err = signing.NewReceiptSigner(key.Key())
	must(t, err)
	return own.VerifierKey()
}

// receipt signs what is promised of the events that are not refused.
func (p *platform) receipt(events []*pb.CloudEvent, ack *ingestv1.BatchAcknowledgement) []byte {
	var hashes []signing.Hash
	for i, e := range events {
		if len(ack.Rejections) > 0 && int(ack.Rejections[0].Index) == i {
			continue
		}
		encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(e)
		if err != nil {
			return nil
		}
		hashes = append(hashes, signing.AcceptedEvent{Source: e.GetSource(), ID: e.GetId(), Content: sha256.Sum256(encoded)}.Hash())
	}
	promised, err := signing.NewReceipt("ingest/oem", hashes, time.Now().UTC().Truncate(time.Microsecond), time.Hour)
	if err != nil {
		return nil
	}
	sealed, err := p.receipts.Sign(promised)
	if err != nil {
		return nil
	}
	return sealed
}

// TestEveryAcknowledgedEventIsPromised imports with and without a source's signature; one event is refused.
func TestEveryAcknowledgedEventIsPromised(t *testing.T) {
	for _, signed := range []bool{false, true} {
		p := newPlatform(t)
		key := p.promising(t)
		run := p.newImport(&source{vehicles: 150, events: 3})
		if signed {
			keyFile := filepath.Join(t.TempDir(), "source.key")
			_, err := sourcesign.CreateKey(keyFile)
			must(t, err)
			run.Others.SignWith(openSigner(t, keyFile))
		}
		promised := map[string]bool{}
		run.Promised = func(kept receipt.Promise) error {
			if _, err := kept.Open(key); err != nil {
				t.Error(err)
			}
			for _, e := range kept.Events {
				promised[e.ID] = true
			}
			return nil
		}
		sums, err := run.Run(t.Context())
		p.wantSums(t, sums, err, 450, 0)
		if len(promised) != 450 {
			t.Errorf("signed %t: %d events are promised", signed, len(promised))
		}
	}
}

// TestARefusedEventIsNotPromised has one among others.
func TestARefusedEventIsNotPromised(t *testing.T) {
	p := newPlatform(t)
	key := p.promising(t)
	run := p.newImport(&records{{
		Vehicle: history.Vehicle{VIN: "vin1"}, Events: []history.Event{reading(1, 1, "a"), reading(1, 2, refusedID+"b"), reading(1, 3, "c")},
	}})
	var kept []receipt.Promise
	run.Promised = func(k receipt.Promise) error {
		kept = append(kept, k)
		return nil
	}
	if _, err := run.Run(t.Context()); err != nil || len(kept) != 1 || len(kept[0].Events) != 2 {
		t.Fatalf("kept %v, %v", kept, err)
	}
	if _, err := kept[0].Open(key); err != nil {
		t.Error(err)
	}
}

// TestAnImportEndsWhenItsReceiptsCannotBeKept has a full disk.
func TestAnImportEndsWhenItsReceiptsCannotBeKept(t *testing.T) {
	p := newPlatform(t)
	p.promising(t)
	run, full := p.newImport(&source{vehicles: 5, events: 3}), errors.New("the disk is full")
	run.Promised = func(receipt.Promise) error { return full }
	if _, err := run.Run(t.Context()); !errors.Is(err, full) {
		t.Errorf("ended with %v", err)
	}
}
