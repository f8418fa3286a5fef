package export

import (
	"fmt"
	"slices"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/verify"
)

// lists are those of a vehicle while a document is made.
type lists struct {
	tag   eventlist.Tag
	heads *headmap.Map
	// of has the entries of each class, in order, and where each stands in the journal.
	of map[eventlist.Class][]placed
}

// placed is an event that a document may show.
type placed struct {
	position  Position
	entry     verify.Entry
	signature *verify.Signature
}

func newLists(tag eventlist.Tag, heads *headmap.Map) *lists {
	return &lists{tag: tag, heads: heads, of: map[eventlist.Class][]placed{}}
}

// add puts the next event, in the order of lists, at the end of its list.
func (l *lists) add(event anchor.ProvenEvent, decode verify.Decoder) error {
	leaf, err := proof.ParseFrame(event.Leaf)
	if err != nil {
		return fmt.Errorf("%w: entry %d of %s: %w", anchor.ErrDiverged, event.Sequence, event.Stream, err)
	}
	content, err := decode(leaf.Type, leaf.Payload, event.Signature)
	if err != nil {
		return fmt.Errorf("%w: entry %d of %s: %w", anchor.ErrDiverged, event.Sequence, event.Stream, err)
	}
	class, known := eventlist.ClassOf(content.EventType)
	if !known {
		return fmt.Errorf("%w: entry %d of %s is of no class", anchor.ErrDiverged, event.Sequence, event.Stream)
	}
	entry := verify.Entry{Leaf: event.Leaf, View: content.View}
	if event.Signature != nil { // whether the key was good depends on where the event stands
		entry.Position = &verify.Position{Stream: event.Stream, Seq: event.Sequence, Path: shownHashes(event.Inclusion)}
	}
	l.of[class] = append(l.of[class], placed{positionOf(event), entry, event.Signature})
	return nil
}

// show puts the lists of all classes, but for what is withheld, and the statements that they refer to into a document. The
// error is INVALID_FIELD if something is to be withheld that is not there.
func (l *lists) show(d *verify.Document, withheld Withheld) error {
	for _, p := range withheld.Events {
		if !l.has(p) {
			return apperr.InvalidField("withhold_events", "an event is not in the document")
		}
	}
	statements := statements{all: [][]byte{}, places: map[string]uint64{}}
	for _, class := range eventlist.Classes() {
		key := eventlist.KeyOf(l.tag, class)
		list := verify.List{Class: string(class), Proof: l.heads.Prove(key)}
		if head, found := l.heads.Get(key); found && slices.Contains(withheld.Classes, class) {
			list.Withheld = &verify.Withheld{Count: head.Count, Root: head.Root[:]}
		} else {
			list.Entries = l.entries(class, withheld.Events, &statements)
		}
		d.Lists = append(d.Lists, list)
	}
	d.Statements = statements.all
	return nil
}

func (l *lists) has(p Position) bool {
	for _, entries := range l.of {
		if slices.ContainsFunc(entries, func(e placed) bool { return e.position == p }) {
			return true
		}
	}
	return false
}

func (l *lists) entries(class eventlist.Class, hidden []Position, statements *statements) []verify.Entry {
	entries := make([]verify.Entry, 0, len(l.of[class]))
	for _, e := range l.of[class] {
		if slices.Contains(hidden, e.position) {
			commitment := proof.Commit(e.entry.Leaf)
			entries = append(entries, verify.Entry{Commitment: commitment[:]})
			continue
		}
		e.entry.Signature = statements.refer(e.signature)
		entries = append(entries, e.entry)
	}
	return entries
}
