package verify_test

import (
	"slices"
	"testing"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

// forgedLists are not what the map of the epoch has.
func forgedLists() []forgery {
	list := func(name, why string, change func(t *testing.T, w *prooftest.World, l *verify.List)) forgery {
		return forgery{name: name, want: verify.ReasonListNotInMap, at: "lists[0]", why: why, change: func(t *testing.T, w *prooftest.World) {
			change(t, w, &w.Document.Lists[0])
		}}
	}
	withheld := func(name, why string, change func(l *verify.List)) forgery {
		return forgery{name: name, want: verify.ReasonListNotInMap, at: "lists[0]", why: why, change: func(t *testing.T, w *prooftest.World) {
			w.WithholdAll(t, &w.Document, 3, eventlist.Odometer)
			change(&w.Document.Lists[0])
		}}
	}
	return slices.Concat([]forgery{
		list("event dropped", "the map has one more", func(_ *testing.T, _ *prooftest.World, l *verify.List) { l.Entries = slices.Delete(l.Entries, 1, 2) }),
		list("last event dropped", "the map has one more", func(_ *testing.T, _ *prooftest.World, l *verify.List) { l.Entries = l.Entries[:2] }),
		list("events reordered", "a list has one order", func(_ *testing.T, _ *prooftest.World, l *verify.List) {
			l.Entries[0], l.Entries[1] = l.Entries[1], l.Entries[0]
		}),
		list("event replaced by another vehicle's", "the other event is in the other vehicle's list", func(t *testing.T, w *prooftest.World, l *verify.List) {
			l.Entries[1] = othersMileage(t, w)
		}),
		list("event of another vehicle added", "the other event is in the other vehicle's list", func(t *testing.T, w *prooftest.World, l *verify.List) {
			l.Entries = append(l.Entries, othersMileage(t, w))
		}),
		list("event moved from another class", "the event is in the list of its class", func(_ *testing.T, w *prooftest.World, l *verify.List) {
			l.Entries = append(l.Entries, w.Document.Lists[3].Entries[0])
		}),
		list("events of a class left out", "the map has the list", func(_ *testing.T, _ *prooftest.World, l *verify.List) { l.Entries = []verify.Entry{} }),
		list("events of a class left out, proof of an empty class", "the proof is of another key", func(_ *testing.T, w *prooftest.World, l *verify.List) {
			l.Entries, l.Proof = []verify.Entry{}, w.Document.Lists[1].Proof
		}),
		list("commitment of a withheld event changed", "the list has another hash there", func(_ *testing.T, _ *prooftest.World, l *verify.List) {
			prooftest.Withhold(l, 1)
			l.Entries[1].Commitment[0] ^= 1
		}),
		list("commitment of an event that is not there", "the map has one less", func(_ *testing.T, _ *prooftest.World, l *verify.List) {
			l.Entries = append(l.Entries, verify.Entry{Commitment: make([]byte, 32)})
		}),
		list("no map proof", "a proof has at least a byte", func(_ *testing.T, _ *prooftest.World, l *verify.List) { l.Proof = []byte{} }),
		list("map proof changed", "the proof leads to another root", func(_ *testing.T, _ *prooftest.World, l *verify.List) { l.Proof[len(l.Proof)-1] ^= 1 }),
		list("map proof of another class", "the proof is of another key", func(_ *testing.T, w *prooftest.World, l *verify.List) { l.Proof = w.Document.Lists[4].Proof }),
		list("map proof of an older epoch", "the proof leads to an older root", func(t *testing.T, w *prooftest.World, l *verify.List) {
			l.Proof = w.DocumentAt(t, 2, prooftest.Subject).Lists[0].Proof
		}),
		list("leaf byte", "the leaf has another commitment", func(t *testing.T, w *prooftest.World, _ *verify.List) { editLeaf("2026-01", "2026-02")(t, w) }),
		list("leaf salt", "the leaf has another commitment", func(_ *testing.T, _ *prooftest.World, l *verify.List) { l.Entries[1].Leaf[40] ^= 1 }),
		withheld("withheld count less", "the map has another count", func(l *verify.List) { l.Withheld.Count-- }),
		withheld("withheld count more", "the map has another count", func(l *verify.List) { l.Withheld.Count++ }),
		withheld("withheld root changed", "the map has another root", func(l *verify.List) { l.Withheld.Root[0] ^= 1 }),
	}, forgedListsOfOthers())
}

// othersMileage is an event of the other vehicle, of the same class.
func othersMileage(t *testing.T, w *prooftest.World) verify.Entry {
	t.Helper()
	return w.ListAt(t, 3, prooftest.TagOf(t, prooftest.OtherSubject), eventlist.Odometer).Entries[0]
}

// forgedListsOfOthers are true lists of something else, and events that occur twice.
func forgedListsOfOthers() []forgery {
	return []forgery{
		{name: "tag of another vehicle", want: verify.ReasonListNotInMap, at: "lists[0]", why: "the lists are not that vehicle's", change: func(t *testing.T, w *prooftest.World) {
			tag := prooftest.TagOf(t, prooftest.OtherSubject)
			w.Document.Tag = tag[:]
		}},
		{name: "lists of another vehicle", want: verify.ReasonListNotInMap, at: "lists[0]", why: "the lists are not this vehicle's", change: func(t *testing.T, w *prooftest.World) {
			w.Document.Lists = w.DocumentAt(t, 3, prooftest.OtherSubject).Lists
		}},
		{name: "lists of an older epoch", want: verify.ReasonListNotInMap, at: "lists[0]", why: "the lists have grown since", change: func(t *testing.T, w *prooftest.World) {
			w.Document.Lists = w.DocumentAt(t, 2, prooftest.Subject).Lists
		}},
		{name: "empty class shown as withheld", want: verify.ReasonListNotInMap, at: "lists[1]", why: "the map does not have the list", change: func(_ *testing.T, w *prooftest.World) {
			l := &w.Document.Lists[1]
			l.Entries, l.Withheld = nil, &verify.Withheld{Count: 1, Root: make([]byte, 32)}
		}},
		{name: "event duplicated", want: verify.ReasonEventDuplicate, at: "lists[0].entries[2]", why: "an event occurs once", change: func(_ *testing.T, w *prooftest.World) {
			l := &w.Document.Lists[0]
			l.Entries = slices.Insert(l.Entries, 2, l.Entries[1])
		}},
		{name: "event in two classes", want: verify.ReasonEventDuplicate, at: "lists[1].entries[0]", why: "an event is in one list", change: func(_ *testing.T, w *prooftest.World) {
			w.Document.Lists[1].Entries = w.Document.Lists[0].Entries[:1]
		}},
		{name: "one of two copies withheld", want: verify.ReasonEventDuplicate, at: "lists[0].entries[2]", why: "an event occurs once", change: func(_ *testing.T, w *prooftest.World) {
			l := &w.Document.Lists[0]
			l.Entries = slices.Insert(l.Entries, 2, l.Entries[1])
			prooftest.Withhold(l, 1)
		}},
	}
}
