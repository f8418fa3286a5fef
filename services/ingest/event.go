package ingest

import (
	"crypto/sha256"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/signing"
)

// Hash is a SHA-256 value.
type Hash = [sha256.Size]byte

// Key is what makes an event itself: whatever is sent again under the same key has no second effect.
type Key struct{ Source, EventID string }

// Event is an event that passed the checks.
type Event struct {
	// ID is the platform's own, a UUID of version 7 made at acceptance.
	ID uuid.UUID
	// Member is the id of the member that sent it, for example "oem".
	Member string
	Key
	// Type is the full name of the message it carries, for example "pcc.events.v1.OdometerReading".
	Type     string
	Passport uuid.UUID
	// ListKey names the list of the vehicle and class that it belongs to.
	ListKey eventlist.Key
	// OccurredAt is when it happened, by its source; ReceivedAt is when the platform accepted it.
	OccurredAt, ReceivedAt time.Time
	// Bytes is the CloudEvent, and ContentHash the SHA-256 of it. Data is the event's own message as it stands in Bytes; nil when
	// nobody has looked for it.
	Bytes, Data []byte
	ContentHash Hash
	// OdometerMetres is the canonical mileage, nil when the event has none.
	OdometerMetres *int64
	Quality        Quality
	// Signature is nil when the source did not sign.
	Signature *Signature
}

// Batch is accepted events of one member on their way through the queue. All were received at the same time and have the
// same quality.
type Batch struct {
	Member     string
	Quality    Quality
	ReceivedAt time.Time
	Events     []Event
}

// Position is where an event stands in the journal.
type Position struct {
	Stream string
	// Sequence counts from 0.
	Sequence uint64
	LeafHash Hash
}

// JournaledEvent is an event in the journal.
type JournaledEvent struct {
	Event
	Position Position
	// SignedBy and SourceSequence say who signed the event and under which number; SignedBy is nil when nobody did. The
	// signature itself is in the journal, and Event.Signature is nil.
	SignedBy       *signing.KeyID
	SourceSequence uint64
}

// StreamOf returns the journal stream of a member.
func StreamOf(member string) string { return "ingest/" + member }

// siftEvents parts events by what is known under their keys, in stored and earlier in events itself: those that are new, those
// that repeat the same content, and those that reuse a key for other content. Each part keeps the order. The new ones, nearly
// always all, are put into place, which may be that of events.
func siftEvents[E any](events, place []E, stored map[Key]Hash, identify func(*E) (Key, Hash)) (fresh, repeated, reused []E) {
	seen := make(map[Key]Hash, len(events))
	fresh = place[:0]
	for i := range events {
		key, hash := identify(&events[i])
		known, ok := stored[key]
		if !ok {
			known, ok = seen[key]
		}
		switch {
		case !ok:
			seen[key] = hash
			fresh = append(fresh, events[i])
		case known == hash:
			repeated = append(repeated, events[i])
		default:
			reused = append(reused, events[i])
		}
	}
	return fresh, repeated, reused
}
