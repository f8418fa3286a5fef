// Package prooftest makes proof documents for tests: a network of three
// organisations with certificates of their own, journal streams, an epoch and
// its endorsements, all with the real formats.
package prooftest

import (
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/eventlist"
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

// otherClass is a class that no content is of.
const otherClass = eventlist.Theft

// Content makes the payload of entry seq of a stream, which belongs to passport,
// and what is shown of its signature: nil for one that is not signed.
type Content func(t testing.TB, passport string, seq int) (payload []byte, signature *verify.Signature)

// World is a small network with two streams, in which every third entry belongs
// to the passport shown.
type World struct {
	Organisations []Organisation
	Trust         verify.Trust
	Epoch         model.EpochRecord
	Document      verify.Document
	// Others are events of another passport, with valid proofs.
	Others []verify.Event
	// Misplaced are events of the passport shown whose proofs hold, in the list of another vehicle, in that of another
	// class, and in none: what a platform that hides events could journal.
	Misplaced map[string]verify.Event
	// MisplacedStream is the stream that they are in.
	MisplacedStream verify.Stream

	leafType string
	content  Content
	decode   verify.Decoder
	// class is that of the events.
	class eventlist.Class
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
	w.Epoch = model.EpochRecord{
		Number: 1, TimeUnixMilli: time.Date(2026, 1, 31, 11, 0, 0, 0, time.UTC).UnixMilli(), MapRoot: model.EmptyMapRoot(),
	}
	tag := TagOf(Subject)
	w.Document = verify.Document{Schema: verify.Schema, Passport: Subject, Tag: tag[:], GeneratedAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
	w.addStream(t, "ingest/garage", 1)
	w.addStream(t, "ingest/oem", 8)
	w.addMisplaced(t, "ingest/other")
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

// TagOf is the tag of a passport's vehicle.
func TagOf(passport string) eventlist.Tag { return sha256.Sum256([]byte(passport)) }

// addStream fills a stream and puts its checkpoint and events in their places.
func (w *World) addStream(t testing.TB, name string, size int) {
	t.Helper()
	events, keys := make([]verify.Event, size), make([]proof.Key, size)
	for i := range events {
		events[i], keys[i] = w.newEvent(t, name, i, passportOf(i))
	}
	w.Document.Streams = append(w.Document.Streams, w.journal(t, name, events, keys))
	for i, e := range events {
		if isShown(i) {
			w.Document.Events = append(w.Document.Events, e)
		} else {
			w.Others = append(w.Others, e)
		}
	}
}

// addMisplaced journals events of the passport shown under keys that are not theirs, in a stream that is anchored and not
// in the document.
func (w *World) addMisplaced(t testing.TB, name string) {
	t.Helper()
	var events []verify.Event
	var keys []proof.Key
	for i, key := range []proof.Key{
		eventlist.KeyOf(TagOf(OtherSubject), w.class), eventlist.KeyOf(TagOf(Subject), otherClass), {},
	} {
		e, _ := w.newEvent(t, name, i, Subject)
		events, keys = append(events, e), append(keys, key)
	}
	w.MisplacedStream = w.journal(t, name, events, keys)
	w.Misplaced = map[string]verify.Event{"another vehicle": events[0], "another class": events[1], "no list": events[2]}
}

// journal makes a stream of the events, under the keys, and their proofs; it returns the stream's checkpoint.
func (w *World) journal(t testing.TB, name string, events []verify.Event, keys []proof.Key) verify.Stream {
	t.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for i := range events {
		hashes, err := tlog.StoredHashes(int64(i), proof.EntryOf(keys[i], events[i].Leaf).Bytes(), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	size := int64(len(events))
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		path, err := tlog.ProveRecord(size, int64(i), reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range path {
			events[i].Proof = append(events[i].Proof, h[:])
		}
	}
	w.Epoch.Streams = append(w.Epoch.Streams, model.StreamCheckpoint{Stream: name, Size: uint64(size), Root: model.Hash(root)})
	return verify.Stream{Stream: name, Size: uint64(size), Root: root[:]}
}

func passportOf(seq int) string {
	if isShown(seq) {
		return Subject
	}
	return OtherSubject
}

func isShown(seq int) bool { return seq%3 == 0 }

// newEvent makes an event without its proof, and the key that it belongs under.
func (w *World) newEvent(t testing.TB, stream string, seq int, passport string) (verify.Event, proof.Key) {
	t.Helper()
	payload, signature := w.content(t, passport, seq)
	content, err := w.decode(w.leafType, payload, signature)
	if err != nil {
		t.Fatal(err)
	}
	class, known := eventlist.ClassOf(content.EventType)
	if !known || class == otherClass {
		t.Fatalf("%q is of class %q", content.EventType, class)
	}
	w.class = class
	var salt [proof.SaltBytes]byte
	if _, err := rand.Read(salt[:]); err != nil {
		t.Fatal(err)
	}
	e := verify.Event{Stream: stream, Seq: uint64(seq), Leaf: proof.Frame(w.leafType, salt, payload), Signature: signature, View: content.View}
	return e, eventlist.KeyOf(TagOf(passport), class)
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
