// Package prooftest makes proof documents for tests: a network of three
// organisations with certificates of their own, journal streams, an epoch and
// its endorsements, all with the real formats.
package prooftest

import (
	"crypto/rand"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/verify"
)

// Names in every world.
const (
	Channel   = "pcc-channel"
	Chaincode = "pcc"
	// Subject is the passport shown, OtherSubject the one most entries belong to.
	Subject      = "passports/0199e9d4-0000-7000-8000-000000000001"
	OtherSubject = "passports/0199e9d4-0000-7000-8000-000000000002"
)

// Content makes the payload of entry seq of a stream, which belongs to passport.
type Content func(t testing.TB, passport string, seq int) (payload []byte)

// World is a small network with two streams, in which every third entry belongs
// to the passport shown.
type World struct {
	Organisations []Organisation
	Trust         verify.Trust
	Epoch         model.EpochRecord
	Document      verify.Document
	// Others are events of another passport, with valid proofs.
	Others []verify.Event

	leafType string
	content  Content
	decode   verify.Decoder
}

// NewWorld makes a world whose leaves have the given type and content, which
// decode has to understand. Its document is complete and true.
func NewWorld(t testing.TB, leafType string, content Content, decode verify.Decoder) World {
	t.Helper()
	w := World{leafType: leafType, content: content, decode: decode}
	w.Trust = verify.Trust{Channel: Channel, Chaincode: Chaincode, MinEndorsements: 2}
	for _, id := range []string{"GarageMSP", "InsurerMSP", "OemMSP"} {
		o := NewOrganisation(t, id, "peer")
		w.Organisations = append(w.Organisations, o)
		w.Trust.MSPs = append(w.Trust.MSPs, verify.MSP{ID: id, RootCertificates: []string{o.RootPEM}})
	}
	w.Epoch = model.EpochRecord{Number: 1, TimeUnixMilli: time.Date(2026, 1, 31, 11, 0, 0, 0, time.UTC).UnixMilli()}
	w.Document = verify.Document{Schema: verify.Schema, Passport: Subject, GeneratedAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
	w.addStream(t, "ingest/garage", 1)
	w.addStream(t, "ingest/oem", 8)
	text, err := w.Epoch.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	w.Document.Epoch = verify.Epoch{
		Record:      string(text),
		Transaction: verify.Transaction{ID: "transaction", Channel: Channel, Chaincode: Chaincode, Block: 7},
	}
	for _, o := range w.Organisations {
		w.Document.Epoch.Endorsements = append(w.Document.Epoch.Endorsements, o.Endorse(t, Chaincode, 200, w.Hash(t)))
	}
	return w
}

// Hash returns the hash of the epoch record, in hexadecimal.
func (w *World) Hash(t testing.TB) string {
	t.Helper()
	hash, err := w.Epoch.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return hash.String()
}

// addStream fills a stream and puts its checkpoint and events in their places.
func (w *World) addStream(t testing.TB, name string, size int) {
	t.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	events := make([]verify.Event, size)
	for i := range events {
		events[i] = w.newEvent(t, name, i)
		hashes, err := tlog.StoredHashes(int64(i), events[i].Leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(size), reader)
	if err != nil {
		t.Fatal(err)
	}
	w.Epoch.Streams = append(w.Epoch.Streams, model.StreamCheckpoint{Stream: name, Size: uint64(size), Root: model.Hash(root)})
	w.Document.Streams = append(w.Document.Streams, verify.Stream{Stream: name, Size: uint64(size), Root: root[:]})
	for i, e := range events {
		path, err := tlog.ProveRecord(int64(size), int64(i), reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range path {
			e.Proof = append(e.Proof, h[:])
		}
		if isShown(i) {
			w.Document.Events = append(w.Document.Events, e)
		} else {
			w.Others = append(w.Others, e)
		}
	}
}

func isShown(seq int) bool { return seq%3 == 0 }

func (w *World) newEvent(t testing.TB, stream string, seq int) verify.Event {
	t.Helper()
	passport := OtherSubject
	if isShown(seq) {
		passport = Subject
	}
	payload := w.content(t, passport, seq)
	_, view, err := w.decode(w.leafType, payload)
	if err != nil {
		t.Fatal(err)
	}
	var salt [proof.SaltBytes]byte
	if _, err := rand.Read(salt[:]); err != nil {
		t.Fatal(err)
	}
	return verify.Event{Stream: stream, Seq: uint64(seq), Leaf: proof.Frame(w.leafType, salt, payload), View: view}
}

// Encode writes the document as it now is.
func (w *World) Encode(t testing.TB) []byte {
	t.Helper()
	text, err := verify.Encode(w.Document)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
