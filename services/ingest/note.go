package ingest

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// NoteKind is what an event says about another one.
type NoteKind string

// The kinds of notes.
const (
	Correction NoteKind = "correction"
	Objection  NoteKind = "dispute"
	Resolution NoteKind = "resolution"
)

// correctionTime is how long a source may take an event back without harm to its reputation.
const correctionTime = 5 * 24 * time.Hour

// Note is what an event says about another one of the same passport.
type Note struct {
	// Event is the event that says it, Member its sender and Source its source; NotedAt is when it was accepted.
	Event          uuid.UUID
	Passport       uuid.UUID
	Member, Source string
	// Class is the member's at that time.
	Class Class
	Kind  NoteKind
	// Target is the id of the event it is about: of a correction the source's own id, of others the platform's.
	Target string
	// Statement says why there is a dispute, or why it ended so, in the sender's words.
	Statement string
	// Evidence is for objections.
	Evidence []Exhibit
	// Upheld is for resolutions.
	Upheld  bool
	NotedAt time.Time
}

// Bounds of what one member says about the events of one passport: of notes of each kind, and of the disputes among them, which
// are shown with every report. What comes after has no effect.
const (
	MaxNotes    = 10_000
	MaxDisputes = 100
)

// EffectiveNotes returns those of a passport's notes that have an effect, in the order of the events that say them.
func EffectiveNotes(notes []Note) (effective []Note) {
	type kind struct {
		member string
		kind   NoteKind
	}
	said := make(map[kind]int)
	sorted := slices.SortedFunc(slices.Values(notes), func(a, b Note) int { return bytes.Compare(a.Event[:], b.Event[:]) })
	for _, n := range sorted {
		most := MaxNotes
		if n.Kind == Objection {
			most = MaxDisputes
		}
		if by := (kind{n.Member, n.Kind}); said[by] < most {
			said[by]++
			effective = append(effective, n)
		}
	}
	return effective
}

// before says which of two notes came first. Those of one batch have the same time, and ids in their order.
func (n *Note) before(other *Note) bool {
	return cmp.Or(n.NotedAt.Compare(other.NotedAt), bytes.Compare(n.Event[:], other.Event[:])) < 0
}

// Standing is what became of an event.
type Standing struct {
	// CorrectedBy is uuid.Nil when the source did not take it back.
	CorrectedBy uuid.UUID
	CorrectedAt time.Time
	// InTime says that the correction came early enough to do no harm.
	InTime   bool
	Disputes []Dispute
	// Refuted says that it counts against its source's reputation, for whatever of the reasons of refutation.
	Refuted bool
}

// Withdrawn says that the event no longer counts.
func (s *Standing) Withdrawn() bool {
	return s.CorrectedBy != uuid.Nil || slices.ContainsFunc(s.Disputes, func(d Dispute) bool { return d.State == DisputeUpheld })
}

// Disputed says that a dispute over it is open.
func (s *Standing) Disputed() bool {
	return slices.ContainsFunc(s.Disputes, func(d Dispute) bool { return d.State == DisputeOpen })
}

// harmful returns the note for which the event counts as refuted, if there is one: what took it back first, unless that was its
// own source in time. So a source that corrects itself is safe from disputes over what it said before, and one that lost a dispute
// cannot save itself by a correction.
func (s *Standing) harmful() (note uuid.UUID, ok bool) {
	note, at := s.CorrectedBy, s.CorrectedAt
	ok = note != uuid.Nil && !s.InTime
	for i := range s.Disputes {
		d := &s.Disputes[i]
		if d.State == DisputeUpheld && (note == uuid.Nil || d.ResolvedAt.Before(at)) {
			note, at, ok = d.ResolvedBy, d.ResolvedAt, true
		}
	}
	return note, ok
}

// StandingOf returns what became of an event by the notes that were known at a time. The notes are of the event's passport, in
// any order; those that nobody may make have no effect.
func StandingOf(e *Event, notes []Note, at time.Time) (s Standing) {
	var corrected *Note
	for i := range notes {
		n := &notes[i]
		if n.NotedAt.After(at) || n.Event == e.ID {
			continue
		}
		switch n.Kind {
		case Correction:
			if n.Source == e.Source && n.Target == e.EventID && (corrected == nil || n.before(corrected)) {
				corrected = n
			}
		case Objection:
			if n.Target == e.ID.String() && n.Member != e.Member {
				s.Disputes = append(s.Disputes, disputeOf(e, n, notes, at))
			}
		case Resolution:
		}
	}
	if corrected != nil {
		s.CorrectedBy, s.CorrectedAt = corrected.Event, corrected.NotedAt
		s.InTime = corrected.NotedAt.Sub(e.ReceivedAt) <= correctionTime
	}
	slices.SortFunc(s.Disputes, func(a, b Dispute) int {
		return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), bytes.Compare(a.OpenedBy[:], b.OpenedBy[:]))
	})
	return s
}
