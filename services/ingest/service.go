package ingest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/services/ingest/quality"
	"github.com/pcc-platform/pcc/signing"
)

// Queue is the durable queue between acceptance and journal.
type Queue interface {
	// Publish returns nil once the batch is on disk. Errors: ErrQueueFull, ErrQueueUnavailable; after either some of the
	// events may be in the queue nevertheless.
	Publish(ctx context.Context, b Batch) error
	// Pending counts the messages that wait to be written.
	Pending(ctx context.Context) (int64, error)
}

// Store is the service's database.
type Store interface {
	// KnownPassports returns those of ids that the projection of the registry has, with their vehicles' tags.
	KnownPassports(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]eventlist.Tag, error)
	// RememberPassports adds to the projection.
	RememberPassports(ctx context.Context, passports map[uuid.UUID]eventlist.Tag) error
	// ContentHashes returns what is journaled under keys.
	ContentHashes(ctx context.Context, keys []Key) (map[Key]Hash, error)
	// Journal makes the events' effect, in one transaction, with the quality that the appraiser finds. Its error is a
	// PoisonError when it cannot succeed with these events.
	Journal(ctx context.Context, events []Event, a *Appraiser) (Journaled, error)
	// AddDeadLetters keeps letters, of any members, except those that are kept already.
	AddDeadLetters(ctx context.Context, letters []DeadLetter) error
	// SigningSources returns those of sources that ever had a key.
	SigningSources(ctx context.Context, sources []string) ([]string, error)
	// SourceKeys returns those of the keys that are enrolled, whoever's they are, revoked ones included.
	SourceKeys(ctx context.Context, ids []signing.KeyID) ([]SourceKey, error)
	// RecordStatements remembers statements of a member's sources in their chains, each once.
	RecordStatements(ctx context.Context, member string, statements []*signing.Signed, now time.Time) error
	// MarkReplayed sets a letter's time of replay, once, and returns the letter.
	MarkReplayed(ctx context.Context, member string, id uuid.UUID) (DeadLetter, error)
	// Vehicle returns what is kept of a vehicle, nil when nothing is or another release has written it.
	Vehicle(ctx context.Context, passport uuid.UUID) (*Vehicle, error)
	// Notes returns what the events of a passport say about others.
	Notes(ctx context.Context, passport uuid.UUID) ([]Note, error)
	// Refuted returns the events of a passport that were refuted by a time.
	Refuted(ctx context.Context, passport uuid.UUID, at time.Time) (map[uuid.UUID]bool, error)
	// Reputation returns what is known of a subject.
	Reputation(ctx context.Context, s Subject) (quality.Reputation, error)
	TenantReader
	JournalReader
}

// Registry is what the service asks the registry.
type Registry interface {
	// ResolvePassports returns those of ids that exist, with their vehicles' tags; at most MaxBatchEvents.
	ResolvePassports(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]eventlist.Tag, error)
	// MemberClass returns the class of a member, ErrMembersUnavailable when the directory does not answer.
	MemberClass(ctx context.Context, member string) (Class, error)
	// Enroller returns the member that enrolled a passport, or ErrPassportNotFound.
	Enroller(ctx context.Context, passport uuid.UUID) (member string, err error)
}

// Meter counts what happened.
type Meter interface {
	Acknowledged(ctx context.Context, member string, ack Acknowledgement)
	Written(ctx context.Context, w Journaled, took time.Duration)
}

// Ports are what the service stands on.
type Ports struct {
	Queue    Queue
	Store    Store
	Registry Registry
	Meter    Meter
	// Decode reads an event from its bytes, for events that were kept.
	Decode func(bytes []byte) Candidate
	// Appraiser judges what is journaled.
	Appraiser *Appraiser
	// Promise signs the receipt of accepted events; nil gives none.
	Promise func(signing.Receipt) ([]byte, error)
	// Now is the clock.
	Now func() time.Time
}

const (
	// MaxBatchEvents bounds the events of one batch.
	MaxBatchEvents = 1000
	// knownPassports bounds the passports remembered in memory, about 80 bytes each.
	knownPassports = 1 << 20
	// recentKeys bounds the accepted keys remembered in memory, about 120 bytes each. They cover the time between
	// acknowledgement and journal, in which the database does not know a key yet.
	recentKeys = 1 << 15
)

// Service has the use cases. It is safe for concurrent use.
type Service struct {
	queue    Queue
	store    Store
	registry Registry
	meter    Meter
	decode   func(bytes []byte) Candidate
	promise  func(signing.Receipt) ([]byte, error)
	now      func() time.Time

	appraiser *Appraiser

	passports *boundedMap[uuid.UUID, eventlist.Tag]
	recent    *boundedMap[Hash, Hash]
}

// New returns a service on its ports.
func New(p Ports) *Service {
	return &Service{
		queue: p.Queue, store: p.Store, registry: p.Registry, meter: p.Meter, decode: p.Decode, promise: p.Promise, now: p.Now, appraiser: p.Appraiser,
		passports: newBoundedMap[uuid.UUID, eventlist.Tag](knownPassports),
		recent:    newBoundedMap[Hash, Hash](recentKeys),
	}
}
