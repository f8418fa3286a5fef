package ingest

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
)

// TenantReader reads what a member sent, under row-level security: another member's rows do not exist for it.
type TenantReader interface {
	// ListEvents returns up to limit events of a passport after the given id (uuid.Nil for the first), oldest first, that were
	// accepted and happened by the view's times, and whether there are more. A page may end early, so that it fits into a message.
	ListEvents(ctx context.Context, member string, passport, after uuid.UUID, limit int, v View) (page []JournaledEvent, more bool, err error)
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

// View is of which times a history is seen. Zero times are the end of time.
type View struct {
	// KnownAt leaves out what was accepted later, and what was said later about events.
	KnownAt time.Time
	// ValidAt leaves out what happened later, and what was withdrawn.
	ValidAt time.Time
}

// Until returns the times up to which events are seen.
func (v View) Until() (accepted, occurred time.Time) {
	if accepted = v.KnownAt; accepted.IsZero() {
		accepted = endOfTime
	}
	if occurred = v.ValidAt; occurred.IsZero() {
		occurred = endOfTime
	}
	return accepted, occurred
}

// StandingEvent is an event with what became of it.
type StandingEvent struct {
	JournaledEvent
	Standing Standing
}

// Page is a part of a history. Last is the id to go on after, if there is More.
type Page struct {
	Events []StandingEvent
	Last   uuid.UUID
	More   bool
}

// ListEvents returns a part of a passport's history that member sent, as seen by v.
func (s *Service) ListEvents(ctx context.Context, member string, passport, after uuid.UUID, limit int, v View) (Page, error) {
	events, more, err := s.store.ListEvents(ctx, member, passport, after, limit, v)
	if err != nil || len(events) == 0 {
		return Page{}, err
	}
	standing, err := s.stand(ctx, passport, events, v.KnownAt)
	if err != nil {
		return Page{}, err
	}
	page := Page{Last: events[len(events)-1].ID, More: more, Events: standing}
	if !v.ValidAt.IsZero() {
		page.Events = slices.DeleteFunc(page.Events, func(e StandingEvent) bool { return e.Standing.Withdrawn() })
	}
	return page, nil
}

// PassportEvents returns the events of a passport of all members, oldest first, with what became of them. Error:
// ErrReportTooLarge.
func (s *Service) PassportEvents(ctx context.Context, passport uuid.UUID) ([]StandingEvent, error) {
	events, err := s.store.PassportEvents(ctx, passport)
	if err != nil {
		return nil, err
	}
	return s.stand(ctx, passport, events, time.Time{})
}

// stand adds what became of events by what was known at a time, zero for now.
func (s *Service) stand(ctx context.Context, passport uuid.UUID, events []JournaledEvent, knownAt time.Time) ([]StandingEvent, error) {
	notes, err := s.store.Notes(ctx, passport)
	if err != nil {
		return nil, err
	}
	if knownAt.IsZero() {
		knownAt = s.now()
	}
	refuted, err := s.store.Refuted(ctx, passport, knownAt)
	if err != nil {
		return nil, err
	}
	out := make([]StandingEvent, len(events))
	for i := range events {
		out[i] = StandingEvent{JournaledEvent: events[i], Standing: StandingOf(&events[i].Event, notes, knownAt)}
		out[i].Standing.Refuted = refuted[events[i].ID]
	}
	return out, nil
}
