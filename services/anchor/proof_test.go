package anchor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/verify"
)

const passport = "passports/1"

// decode takes a leaf's type for its passport and the payload for its view; the leaf names a signature that has no path.
func decode(leafType string, payload []byte, signature *verify.Signature) (verify.Content, error) {
	if signature != nil && len(signature.Path) > 0 {
		return verify.Content{}, verify.ErrSignature
	}
	return verify.Content{Passport: leafType, EventType: "pcc.events.v1.Wash", View: payload}, nil
}

// tag is that of the passport's vehicle.
var tag = eventlist.TagOf([64]byte{1})

// washed is the hash of a leaf in the list of the vehicle's events like Wash.
func washed(leaf []byte) model.Hash {
	return model.Hash(proof.EntryOf(eventlist.KeyOf(tag, eventlist.Usage), leaf).Hash())
}

type paid struct{ err error }

func (p paid) Verify(context.Context, string, string, string) error { return p.err }

// newExporter anchors one stream that holds only leaf, among the vehicle's usage, and returns what exports it.
func newExporter(t *testing.T, leaf []byte) (anchor.Exporter, *journal) {
	t.Helper()
	w := newWorld(t, newPool(t))
	root := model.StreamCheckpoint{Stream: "ingest/oem", Size: 1, Root: washed(leaf)}
	epoch := epochOf(t, root)
	if err := w.store.AddCandidate(t.Context(), epoch.Candidate); err != nil {
		t.Fatal(err)
	}
	w.ledger.epochs = []string{epoch.Text}
	commit, err := w.ledger.commit(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Anchor(t.Context(), epoch.Candidate, commit.Transaction); err != nil {
		t.Fatal(err)
	}
	w.journal.proven = anchor.Proven{Tag: tag, Events: []anchor.ProvenEvent{{
		Stream: "ingest/oem", Leaf: leaf, Signature: &verify.Signature{Statement: []byte("statement")},
	}}, NotYetAnchored: 2}
	return anchor.Exporter{Store: w.store, Journal: w.journal, Reads: paid{}, Decode: decode, Now: time.Now}, w.journal
}

func TestExportShowsTheEpochAndTheEvents(t *testing.T) {
	leaf := proof.Frame(passport, [proof.SaltBytes]byte{1}, []byte(`{"id":"a"}`))
	e, _ := newExporter(t, leaf)
	document, notYet, err := e.Export(t.Context(), "members/oem", "reads/1", passport)
	if err != nil || notYet != 2 {
		t.Fatalf("%d not yet anchored, %v", notYet, err)
	}
	var d verify.Document
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	if d.Schema != verify.Schema || d.Passport != passport || d.Epoch.Transaction.ID != "tx-1" || len(d.Epoch.Endorsements) != 2 ||
		len(d.Streams) != 1 || len(d.Events) != 1 || !bytes.Equal(d.Events[0].Leaf, leaf) || !bytes.Equal(d.Tag, tag[:]) ||
		string(d.Events[0].Signature.Statement) != "statement" {
		t.Errorf("%s", document)
	}
}

// TestExportHandsOutNothingThatWouldNotVerify spoils what the journal answers.
func TestExportHandsOutNothingThatWouldNotVerify(t *testing.T) {
	leaf := proof.Frame(passport, [proof.SaltBytes]byte{1}, []byte(`{"id":"a"}`))
	e, j := newExporter(t, leaf)
	other := proof.Frame(passport, [proof.SaltBytes]byte{2}, []byte(`{"id":"a"}`))
	cases := map[string]anchor.ProvenEvent{
		"another leaf":   {Stream: "ingest/oem", Leaf: other},
		"another number": {Stream: "ingest/oem", Sequence: 1, Leaf: leaf},
		"another stream": {Stream: "ingest/garage", Leaf: leaf},
		"a path":         {Stream: "ingest/oem", Leaf: leaf, Inclusion: []proof.Hash{{1}}},
	}
	for name, event := range cases {
		t.Run(name, func(t *testing.T) {
			j.proven.Events = []anchor.ProvenEvent{event}
			if _, _, err := e.Export(t.Context(), "members/oem", "reads/1", passport); !errors.Is(err, anchor.ErrDiverged) {
				t.Errorf("got %v, want ErrDiverged", err)
			}
		})
	}
	j.proven.Events = []anchor.ProvenEvent{{Stream: "ingest/oem", Leaf: leaf}}
	if _, _, err := e.Export(t.Context(), "members/oem", "reads/1", "passports/2"); !errors.Is(err, anchor.ErrDiverged) {
		t.Errorf("another passport's event: %v, want ErrDiverged", err)
	}
	j.proven.Tag = eventlist.TagOf([64]byte{2})
	if _, _, err := e.Export(t.Context(), "members/oem", "reads/1", passport); !errors.Is(err, anchor.ErrDiverged) {
		t.Errorf("another vehicle's tag: %v, want ErrDiverged", err)
	}
	j.proven.Tag = tag
	j.proven.Events[0].Signature = &verify.Signature{Path: [][]byte{{1}}}
	if _, _, err := e.Export(t.Context(), "members/oem", "reads/1", passport); !errors.Is(err, verify.ErrSignature) {
		t.Errorf("a signature that is not the leaf's: %v, want verify.ErrSignature", err)
	}
	j.proven.Events[0].Signature = nil
	e.Decode = func(leafType string, payload []byte, _ *verify.Signature) (verify.Content, error) {
		return verify.Content{Passport: leafType, EventType: "pcc.events.v1.Theft", View: payload}, nil
	}
	if _, _, err := e.Export(t.Context(), "members/oem", "reads/1", passport); !errors.Is(err, anchor.ErrDiverged) {
		t.Errorf("an event in another class's list: %v, want ErrDiverged", err)
	}
}

func TestExportBounds(t *testing.T) {
	view := append(append([]byte(`{"id":"`), bytes.Repeat([]byte("x"), 900<<10)...), `"}`...)
	leaf := proof.Frame(passport, [proof.SaltBytes]byte{1}, view)
	e, j := newExporter(t, leaf)
	for range 8 {
		j.proven.Events = append(j.proven.Events, j.proven.Events[0])
	}
	if _, _, err := e.Export(t.Context(), "members/oem", "reads/1", passport); !errors.Is(err, anchor.ErrReportTooLarge) {
		t.Errorf("got %v, want REPORT_TOO_LARGE", err)
	}
	unpaid := apperr.New(apperr.NotFound, "READ_NOT_FOUND", "no such read")
	e.Reads = paid{unpaid}
	if _, _, err := e.Export(t.Context(), "members/oem", "reads/1", passport); !errors.Is(err, unpaid) {
		t.Errorf("got %v, want READ_NOT_FOUND", err)
	}
}
