package export_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/export"
	"github.com/pcc-platform/pcc/verify"
)

// TestWhateverIsJournaledAndWithheldIsProven journals events of two vehicles in several streams and epochs, and withholds any of
// them. The exporter refuses what a reader would refuse, so that a list in another order than the map's would show.
func TestWhateverIsJournaledAndWithheldIsProven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		for range rapid.IntRange(1, 6).Draw(t, "epochs") {
			must(t, w.addEpoch(rapid.SliceOfN(entries(), 1, 8).Draw(t, "entries")...))
		}
		must(t, w.addEpoch(entry{"ingest/oem", passport, types()[0], false})) // so that there is something to show
		var withheld export.Withheld
		for _, e := range w.proven.Events {
			if rapid.Bool().Draw(t, "withhold") {
				withheld.Events = append(withheld.Events, export.Position{Stream: e.Stream, Sequence: e.Sequence})
			}
		}
		withheld.Classes = rapid.SliceOfDistinct(rapid.SampledFrom(eventlist.Classes()), rapid.ID).Draw(t, "classes")
		d, err := w.export(withheld)
		must(t, err)
		checkShown(t, w, d, withheld)
	})
}

func entries() *rapid.Generator[entry] {
	return rapid.Custom(func(t *rapid.T) entry {
		return entry{
			stream:    rapid.SampledFrom([]string{"ingest/garage", "ingest/insurer", "ingest/oem"}).Draw(t, "stream"),
			passport:  rapid.SampledFrom([]string{passport, "passports/2"}).Draw(t, "passport"),
			eventType: rapid.SampledFrom(types()).Draw(t, "type"),
			signed:    rapid.Bool().Draw(t, "signed"),
		}
	})
}

// checkShown counts events, and looks for what was withheld in what is shown.
func checkShown(t *rapid.T, w *world, d verify.Document, withheld export.Withheld) {
	count := 0
	for i, list := range d.Lists {
		hidden := slices.Contains(withheld.Classes, eventlist.Classes()[i])
		if list.Withheld != nil {
			count += int(list.Withheld.Count)
			if !hidden {
				t.Fatalf("%s is withheld and nobody said so", list.Class)
			}
			continue
		}
		count += len(list.Entries)
		if hidden && len(list.Entries) > 0 {
			t.Fatalf("%s is shown", list.Class)
		}
		for _, e := range list.Entries {
			if e.Shown() && isWithheld(w, withheld, e.Leaf) {
				t.Fatalf("an event of %s is shown that is withheld", list.Class)
			}
			if e.Shown() && (e.Signature == nil) != (e.Position == nil) {
				t.Fatal("signed events are shown with their places, others without")
			}
		}
	}
	if count != len(w.proven.Events) {
		t.Fatalf("%d events, want %d", count, len(w.proven.Events))
	}
}

func isWithheld(w *world, withheld export.Withheld, leaf []byte) bool {
	i := slices.IndexFunc(w.proven.Events, func(e anchor.ProvenEvent) bool { return bytes.Equal(e.Leaf, leaf) })
	e := w.proven.Events[i]
	return slices.Contains(withheld.Events, export.Position{Stream: e.Stream, Sequence: e.Sequence})
}

// smallWorld has two epochs in which both streams have mileages.
func smallWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld()
	odometer := types()[0]
	must(t, w.addEpoch(entry{"ingest/garage", passport, odometer, true}, entry{"ingest/oem", passport, odometer, true}, entry{"ingest/oem", "passports/2", odometer, false}))
	must(t, w.addEpoch(entry{"ingest/garage", passport, odometer, false}, entry{"ingest/oem", passport, odometer, true}))
	return w
}

// TestListsAreInTheOrderOfEpochs also shows each statement once.
func TestListsAreInTheOrderOfEpochs(t *testing.T) {
	w := smallWorld(t)
	d, err := w.export(export.Withheld{})
	must(t, err)
	var got []string
	for _, e := range d.Lists[0].Entries {
		at := slices.IndexFunc(w.proven.Events, func(p anchor.ProvenEvent) bool { return bytes.Equal(p.Leaf, e.Leaf) })
		got = append(got, fmt.Sprint(w.proven.Events[at].Stream, " ", w.proven.Events[at].Sequence))
	}
	want := []string{"ingest/garage 0", "ingest/oem 0", "ingest/garage 1", "ingest/oem 2"}
	if !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	if len(d.Statements) != 2 || d.Epoch.Transaction.ID != "tx" || len(d.Epoch.Endorsements) != 1 || d.Passport != passport || d.TagProof != nil {
		t.Errorf("document %+v", d)
	}
}

// TestNothingIsHandedOutThatWouldBeRefused spoils what the journal and the archive answer.
func TestNothingIsHandedOutThatWouldBeRefused(t *testing.T) {
	for name, spoil := range map[string]func(w *world){
		"an event is missing":     func(w *world) { w.proven.Events = w.proven.Events[1:] },
		"an event is there twice": func(w *world) { w.proven.Events = append(w.proven.Events, w.proven.Events[0]) },
		"another leaf": func(w *world) {
			w.proven.Events[0].Leaf = bytes.Replace(w.proven.Events[0].Leaf, []byte(`"n":0`), []byte(`"n":7`), 1)
		},
		"a leaf that is none":        func(w *world) { w.proven.Events[0].Leaf = nil },
		"a leaf of no class":         func(w *world) { w.proven.Events[0].Leaf = proof.Frame(passport, [16]byte{}, []byte(`{}`)) },
		"a leaf that is not decoded": func(w *world) { w.proven.Events[0].Leaf = proof.Frame(passport, [16]byte{}, []byte(`x`)) },
		"another number":             func(w *world) { w.proven.Events[0].Sequence = 1 },
		"another epoch":              func(w *world) { w.taken["ingest/oem"][0] = 2 },
		"another vehicle's tag":      func(w *world) { w.proven.Tag = eventlist.TagOf([64]byte{2}) },
		"another signature":          func(w *world) { w.proven.Events[0].Signature.Path = [][]byte{make([]byte, 32)} },
		"a map of an older epoch":    func(w *world) { w.state.Heads = newWorld().state.Heads },
		"a record that is not in the index": func(w *world) {
			w.records[len(w.records)-1].TimeUnixMilli++
		},
	} {
		w := smallWorld(t)
		spoil(w)
		if _, err := w.export(export.Withheld{}); !errors.Is(err, anchor.ErrDiverged) {
			t.Errorf("%s: %v, want ErrDiverged", name, err)
		}
	}
}

// TestAVehicleWithoutEventsIsShownToHaveNone, and one that has some is not.
func TestAVehicleWithoutEventsIsShownToHaveNone(t *testing.T) {
	w := smallWorld(t)
	w.proven = anchor.Proven{Tag: eventlist.TagOf([64]byte{9})}
	d, err := w.export(export.Withheld{Classes: eventlist.Classes()})
	must(t, err)
	for _, list := range d.Lists {
		if list.Withheld != nil || list.Entries == nil || len(list.Entries) > 0 || len(list.Proof) == 0 {
			t.Errorf("%s: %+v", list.Class, list)
		}
	}
	w = smallWorld(t)
	w.proven.Events, w.proven.NotYetAnchored = nil, 0 // the journal hides them
	if _, err := w.export(export.Withheld{}); !errors.Is(err, anchor.ErrDiverged) {
		t.Errorf("events are hidden: %v", err)
	}
}

func TestBounds(t *testing.T) {
	if _, err := newWorld().export(export.Withheld{}); !errors.Is(err, anchor.ErrNothingAnchored) {
		t.Errorf("no epoch: %v", err)
	}
	w := smallWorld(t)
	w.proven.Events, w.proven.NotYetAnchored = nil, 1
	if _, err := w.export(export.Withheld{}); !errors.Is(err, anchor.ErrNothingAnchored) {
		t.Errorf("no event yet: %v", err)
	}
	w = smallWorld(t)
	w.proven = anchor.Proven{}
	if _, err := w.export(export.Withheld{}); !errors.Is(err, anchor.ErrNothingAnchored) {
		t.Errorf("no tag: %v", err)
	}
	w = smallWorld(t)
	w.proven.Events[0].Signature.Statement = make([]byte, 12<<20)
	if _, err := w.export(export.Withheld{}); !errors.Is(err, anchor.ErrReportTooLarge) {
		t.Errorf("16 MiB of base64: %v", err)
	}
	w = smallWorld(t)
	_, err := w.export(export.Withheld{Events: []export.Position{{Stream: "ingest/oem", Sequence: 1}}})
	if apperr.ReasonOf(err) != "INVALID_FIELD" {
		t.Errorf("another vehicle's event withheld: %v", err)
	}
	w.paid = apperr.New(apperr.NotFound, "READ_NOT_FOUND", "no such read")
	if _, err := w.export(export.Withheld{}); !errors.Is(err, w.paid) {
		t.Errorf("not paid: %v", err)
	}
}

func must(t interface{ Fatal(args ...any) }, err error) {
	if err != nil {
		t.Fatal(err)
	}
}
