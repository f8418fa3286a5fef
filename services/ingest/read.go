package ingest

import (
	"context"

	"github.com/google/uuid"
)

// TenantReader reads what a member sent, under row-level security: another member's rows do not exist for it.
type TenantReader interface {
	// ListEvents returns up to limit events of a passport after the given id (uuid.Nil for the first), oldest first, and
	// whether there are more. A page may end early, so that it fits into a message.
	ListEvents(ctx context.Context, member string, passport, after uuid.UUID, limit int) (page []JournaledEvent, more bool, err error)
	// ListDeadLetters returns up to limit letters before the given id (uuid.Max for the newest), newest first, as ListEvents.
	ListDeadLetters(ctx context.Context, member string, before uuid.UUID, limit int) (page []DeadLetter, more bool, err error)
	// GetDeadLetter returns a letter or ErrDeadLetterNotFound.
	GetDeadLetter(ctx context.Context, member string, id uuid.UUID) (DeadLetter, error)
	// ListGaps returns up to limit gaps after the given id (uuid.Nil for the first), the first found first.
	ListGaps(ctx context.Context, member string, after uuid.UUID, limit int) ([]Gap, error)
	// Event returns an event with the inputs of its quality, or ErrEventNotFound.
	Event(ctx context.Context, member string, passport, id uuid.UUID) (Event, error)
	// OwnHistory is JournalReader.History of the member's events alone.
	OwnHistory(ctx context.Context, member string, passport uuid.UUID) ([]Event, error)
	// RecentMarks returns the subject's last marks, newest first, at most so many of each outcome.
	RecentMarks(ctx context.Context, s Subject, most int) ([]RecentMark, error)
	// Leaves returns up to limit leaves of the member's stream from a sequence number on, as ListEvents.
	Leaves(ctx context.Context, member string, first uint64, limit int) (page []Leaf, more bool, err error)
	// Counts returns the numbers of the member's journaled events and dead letters.
	Counts(ctx context.Context, member string) (journaled, deadLetters int64, err error)
}

// Status is how far the events of a member are.
type Status struct {
	Journaled, DeadLetters int64
	// PendingBatches counts messages of all members that are acknowledged and not yet written.
	PendingBatches int64
}

// Status counts what member sent.
func (s *Service) Status(ctx context.Context, member string) (Status, error) {
	// Pending first: what leaves the queue in between is then counted twice rather than not at all.
	pending, err := s.queue.Pending(ctx)
	if err != nil {
		return Status{}, err
	}
	journaled, deadLetters, err := s.store.Counts(ctx, member)
	return Status{Journaled: journaled, DeadLetters: deadLetters, PendingBatches: pending}, err
}
