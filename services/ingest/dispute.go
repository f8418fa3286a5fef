package ingest

import (
	"time"

	"github.com/google/uuid"
)

// disputeTime is how long a dispute may stay open.
const disputeTime = 30 * 24 * time.Hour

// Exhibit is one piece of a dispute's evidence: an event, or a document that whoever opened the dispute can show.
type Exhibit struct {
	// Event is uuid.Nil for a document.
	Event uuid.UUID
	// Document is the SHA-256 of a document and MediaType says what it is; both are zero for an event.
	Document  Hash
	MediaType string
}

// IsDocument says whether it is a document and not an event.
func (e *Exhibit) IsDocument() bool { return e.MediaType != "" }

// DisputeState is how far a dispute is.
type DisputeState uint8

// The states of a dispute.
const (
	DisputeOpen DisputeState = iota + 1
	DisputeUpheld
	DisputeDropped
	DisputeExpired
	DisputeDismissed
)

// Dispute is an objection to an event.
type Dispute struct {
	OpenedBy           uuid.UUID
	Opener             string
	OpenedAt, Deadline time.Time
	// Reason is in the opener's words.
	Reason   string
	Evidence []Exhibit
	State    DisputeState
	// ResolvedBy is uuid.Nil while nobody did; what follows is zero then, too.
	ResolvedBy uuid.UUID
	Resolver   string
	ResolvedAt time.Time
	// Finding is in the resolver's words.
	Finding string
}

// disputeOf follows a dispute over an event through the first resolution that counts.
func disputeOf(e *Event, opened *Note, notes []Note, at time.Time) Dispute {
	d := Dispute{
		OpenedBy: opened.Event, Opener: opened.Member, OpenedAt: opened.NotedAt, Deadline: opened.NotedAt.Add(disputeTime),
		Reason: opened.Statement, Evidence: opened.Evidence, State: DisputeOpen,
	}
	var first *Note
	for i := range notes {
		n := &notes[i]
		if n.Kind != Resolution || n.Target != opened.Event.String() || n.NotedAt.After(at) || n.NotedAt.After(d.Deadline) {
			continue
		}
		if state, ok := resolve(e, opened, n); ok && (first == nil || n.before(first)) {
			first, d.State = n, state
		}
	}
	switch {
	case first != nil:
		d.ResolvedBy, d.Resolver, d.ResolvedAt, d.Finding = first.Event, first.Member, first.NotedAt, first.Statement
	case at.After(d.Deadline):
		d.State = DisputeExpired
	}
	return d
}

// resolve says what a resolution makes of a dispute over an event; ok is false when its sender may not resolve it so. Each party may
// give in and neither can decide for the other; an authority that is no party may decide either way.
func resolve(e *Event, opened, n *Note) (s DisputeState, ok bool) {
	switch disputed, opener := n.Member == e.Member, n.Member == opened.Member; {
	case disputed:
		return DisputeUpheld, n.Upheld
	case opener:
		return DisputeDropped, !n.Upheld
	case n.Class != ClassAuthority:
		return 0, false
	case n.Upheld:
		return DisputeUpheld, true
	}
	return DisputeDismissed, true
}
