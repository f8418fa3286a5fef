package ingest

import (
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

const (
	// correctionTime is how long a source may take an event back without harm to its reputation.
	correctionTime = 5 * 24 * time.Hour
	// disputeTime is how long a dispute may stay open.
	disputeTime = 30 * 24 * time.Hour
)

// Note is what an event says about another one of the same passport.
type Note struct {
	// Event is the event that says it, Member its sender and Source its source; NotedAt is when it was accepted.
	Event          uuid.UUID
	Passport       uuid.UUID
	Member, Source string
	Kind           NoteKind
	// Target is the id of the event it is about: of a correction the source's own id, of others the platform's.
	Target string
	// Upheld is for resolutions.
	Upheld  bool
	NotedAt time.Time
}

// DisputeState is how far a dispute is.
type DisputeState uint8

// The states of a dispute.
const (
	DisputeOpen DisputeState = iota + 1
	DisputeUpheld
	DisputeDropped
	DisputeExpired
)

// Dispute is an objection to an event.
type Dispute struct {
	OpenedBy           uuid.UUID
	Opener             string
	OpenedAt, Deadline time.Time
	State              DisputeState
	// ResolvedBy is uuid.Nil while nobody did.
	ResolvedBy uuid.UUID
}

// Standing is what became of an event.
type Standing struct {
	// CorrectedBy is uuid.Nil when the source did not take it back.
	CorrectedBy uuid.UUID
	CorrectedAt time.Time
	// InTime says that the correction came early enough to do no harm.
	InTime   bool
	Disputes []Dispute
}

// Withdrawn says that the event no longer counts.
func (s *Standing) Withdrawn() bool {
	return s.CorrectedBy != uuid.Nil || slices.ContainsFunc(s.Disputes, func(d Dispute) bool { return d.State == DisputeUpheld })
}

// Disputed says that a dispute over it is open.
func (s *Standing) Disputed() bool {
	return slices.ContainsFunc(s.Disputes, func(d Dispute) bool { return d.State == DisputeOpen })
}

// harmful returns the note for which the event counts as refuted, if there is one: a late correction or an upheld dispute.
func (s *Standing) harmful() (note uuid.UUID, ok bool) {
	for _, d := range s.Disputes {
		if d.State == DisputeUpheld {
			return d.ResolvedBy, true
		}
	}
	return s.CorrectedBy, s.CorrectedBy != uuid.Nil && !s.InTime
}

// StandingOf returns what became of an event by the notes that were known at a time. The notes are of the event's passport, in
// any order; those that nobody may make have no effect.
func StandingOf(e *Event, notes []Note, at time.Time) (s Standing) {
	for i := range notes {
		n := &notes[i]
		if n.NotedAt.After(at) || n.Event == e.ID {
			continue
		}
		switch n.Kind {
		case Correction:
			s.correct(e, n)
		case Objection:
			if n.Target == e.ID.String() && n.Member != e.Member {
				s.Disputes = append(s.Disputes, disputeOf(e, n, notes, at))
			}
		case Resolution:
		}
	}
	slices.SortFunc(s.Disputes, func(a, b Dispute) int { return a.OpenedAt.Compare(b.OpenedAt) })
	return s
}

// correct applies a correction by the event's own source. Of several the first counts.
func (s *Standing) correct(e *Event, n *Note) {
	if n.Source != e.Source || n.Target != e.EventID || s.CorrectedBy != uuid.Nil && s.CorrectedAt.Before(n.NotedAt) {
		return
	}
	s.CorrectedBy, s.CorrectedAt = n.Event, n.NotedAt
	s.InTime = n.NotedAt.Sub(e.ReceivedAt) <= correctionTime
}

// disputeOf follows a dispute over an event through the first resolution that counts.
func disputeOf(e *Event, opened *Note, notes []Note, at time.Time) Dispute {
	d := Dispute{
		OpenedBy: opened.Event, Opener: opened.Member, OpenedAt: opened.NotedAt, Deadline: opened.NotedAt.Add(disputeTime), State: DisputeOpen,
	}
	var resolvedAt time.Time
	for i := range notes {
		n := &notes[i]
		may := n.Upheld && n.Member == e.Member || !n.Upheld && n.Member == opened.Member
		late := n.NotedAt.After(at) || n.NotedAt.After(d.Deadline)
		if n.Kind != Resolution || n.Target != opened.Event.String() || !may || late {
			continue
		}
		if d.ResolvedBy == uuid.Nil || n.NotedAt.Before(resolvedAt) {
			d.ResolvedBy, resolvedAt, d.State = n.Event, n.NotedAt, DisputeDropped
			if n.Upheld {
				d.State = DisputeUpheld
			}
		}
	}
	if d.State == DisputeOpen && at.After(d.Deadline) {
		d.State = DisputeExpired
	}
	return d
}
