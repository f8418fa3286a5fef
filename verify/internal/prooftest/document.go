package prooftest

import (
	"slices"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/verify"
)

// DocumentAt makes the complete and true document of a passport under an epoch.
func (w *World) DocumentAt(t testing.TB, number int, passport string) verify.Document {
	t.Helper()
	tag, r := TagOf(t, passport), w.Records[number-1]
	d := verify.Document{
		Schema: verify.Schema, Passport: passport, Tag: tag[:], GeneratedAt: start().Add(time.Hour),
		Epoch:      w.EpochOf(t, r),
		Index:      verify.Index{Note: w.NoteAt(t, len(w.Records), w.Witnesses...), Path: w.index.prove(t, r.Number-1, uint64(len(w.Records)))},
		Statements: [][]byte{},
	}
	for _, class := range eventlist.Classes() {
		d.Lists = append(d.Lists, w.ListAt(t, number, tag, class))
	}
	w.addSignatures(&d, number)
	return d
}

// EpochOf shows a record with the endorsements of all organisations.
func (w *World) EpochOf(t testing.TB, r model.EpochRecord) verify.Epoch {
	t.Helper()
	text, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	shown := verify.Epoch{
		Record:      string(text),
		Transaction: verify.Transaction{ID: "transaction", Channel: Channel, Chaincode: Chaincode, Block: 7},
	}
	for _, o := range w.Organisations {
		shown.Endorsements = append(shown.Endorsements, o.Endorse(t, Chaincode, 200, HashOf(t, r).String()))
	}
	return shown
}

// CheckpointAt is the checkpoint of the index when it had as many epochs.
func (w *World) CheckpointAt(t testing.TB, size int) checkpoint.Checkpoint {
	t.Helper()
	return checkpoint.Checkpoint{Origin: Origin, Size: uint64(size), Root: w.index.root(t, uint64(size))} // #nosec G115 -- a handful of epochs
}

// NoteAt is the note of that checkpoint, cosigned five seconds after its last epoch.
func (w *World) NoteAt(t testing.TB, size int, witnesses ...*checkpoint.Cosigner) string {
	t.Helper()
	at := time.UnixMilli(w.Records[size-1].TimeUnixMilli).Add(5 * time.Second)
	return Note(t, w.Log, w.CheckpointAt(t, size), at, witnesses...)
}

// PathAt leads from the record of an epoch to the root of the index at a size.
func (w *World) PathAt(t testing.TB, number, size int) [][]byte {
	t.Helper()
	return w.index.prove(t, uint64(number-1), uint64(size)) // #nosec G115 -- a handful of epochs
}

// ListAt shows a list as it was at an epoch, with its proof.
func (w *World) ListAt(t testing.TB, number int, tag eventlist.Tag, class eventlist.Class) verify.List {
	t.Helper()
	key := eventlist.KeyOf(tag, class)
	list := verify.List{Class: string(class), Proof: w.states[number-1].Heads.Prove(key), Entries: []verify.Entry{}}
	for _, p := range w.entriesAt(number, key) {
		list.Entries = append(list.Entries, w.entry(t, p))
	}
	return list
}

// entry shows an entry.
func (w *World) entry(t testing.TB, p placed) verify.Entry {
	t.Helper()
	leaf, err := proof.ParseFrame(p.leaf)
	if err != nil {
		t.Fatal(err)
	}
	content, err := w.plan.Decode(leaf.Type, leaf.Payload, p.signature)
	if err != nil {
		t.Fatal(err)
	}
	return verify.Entry{Leaf: p.leaf, View: content.View}
}

// addSignatures shows what verifies the signature of each event that is signed and shown.
func (w *World) addSignatures(d *verify.Document, number int) {
	places := map[string]uint64{}
	for i, list := range d.Lists {
		for j, p := range w.entriesAt(number, eventlist.KeyOf(eventlist.Tag(d.Tag), eventlist.Class(list.Class))) {
			if p.signature == nil {
				continue
			}
			place, known := places[string(p.signature.Statement)]
			if !known {
				place = uint64(len(d.Statements))
				places[string(p.signature.Statement)] = place
				d.Statements = append(d.Statements, p.signature.Statement)
			}
			d.Lists[i].Entries[j].Signature = &verify.SignatureReference{Statement: place, Path: p.signature.Path}
		}
	}
}

// AddPositions shows where each event stands in the journal.
func (w *World) AddPositions(t testing.TB, d *verify.Document, number int) {
	t.Helper()
	for i, list := range d.Lists {
		key := eventlist.KeyOf(eventlist.Tag(d.Tag), eventlist.Class(list.Class))
		for j, p := range w.entriesAt(number, key) {
			size := w.states[number-1].Size(p.stream)
			d.Lists[i].Entries[j].Position = &verify.Position{Stream: p.stream, Seq: p.seq, Path: w.streams[p.stream].prove(t, p.seq, size)}
		}
	}
}

// Withhold hides events of a list, by their numbers in it.
func Withhold(list *verify.List, numbers ...int) {
	for _, i := range numbers {
		commitment := proof.Commit(list.Entries[i].Leaf)
		list.Entries[i] = verify.Entry{Commitment: commitment[:]}
	}
}

// WithholdAll hides a list but for its length.
func (w *World) WithholdAll(t testing.TB, d *verify.Document, number int, class eventlist.Class) {
	t.Helper()
	list := List(d, class)
	head := w.listAt(t, number, eventlist.KeyOf(eventlist.Tag(d.Tag), class)).Head()
	list.Entries, list.Withheld = nil, &verify.Withheld{Count: head.Count, Root: head.Root[:]}
}

// List returns the list of a class.
func List(d *verify.Document, class eventlist.Class) *verify.List {
	return &d.Lists[slices.Index(eventlist.Classes(), class)]
}

// Encode writes the document as it now is.
func (w *World) Encode(t testing.TB) []byte {
	t.Helper()
	return Encode(t, w.Document)
}

// Encode writes a document.
func Encode(t testing.TB, d verify.Document) []byte {
	t.Helper()
	text, err := verify.Encode(d)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
