package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MaxWriteEvents bounds the events of one transaction. It is below what a journal takes at once; a transaction of twice as many
// takes twice the memory and is hardly faster.
const MaxWriteEvents = 2000

// Journaled sums up a transaction of the writer.
type Journaled struct {
	// Fresh events are in the journal now; Repeated ones were before, with the same content; Reused ones have become dead
	// letters because the journal has other content under their key.
	Fresh, Repeated, Reused int
	// Revoked events have become dead letters because their key was revoked while they were under way.
	Revoked int
	// Unwritable events have become dead letters because the journal cannot hold them.
	Unwritable int
}

func (j *Journaled) add(other Journaled) {
	j.Fresh += other.Fresh
	j.Repeated += other.Repeated
	j.Reused += other.Reused
	j.Revoked += other.Revoked
	j.Unwritable += other.Unwritable
}

// PoisonError is the failure of a transaction that would fail again with the same events.
type PoisonError struct{ Cause error }

// Error returns the cause's text.
func (e *PoisonError) Error() string { return fmt.Sprintf("ingest: unwritable: %v", e.Cause) }

// Unwrap returns the cause.
func (e *PoisonError) Unwrap() error { return e.Cause }

// Write makes the effect of accepted events, at most MaxWriteEvents. It may be called again with the same events, in any
// company: each has one effect. An event that cannot be written becomes a dead letter and stops no other.
func (s *Service) Write(ctx context.Context, events []Event) error {
	start := s.now()
	sum, err := s.write(ctx, events)
	if err != nil {
		return err
	}
	s.meter.Written(ctx, sum, s.now().Sub(start))
	return nil
}

// write halves the events until the unwritable ones stand alone: with n of MaxWriteEvents at fault that is at most
// n*log2(MaxWriteEvents) transactions, and normally one.
func (s *Service) write(ctx context.Context, events []Event) (Journaled, error) {
	if len(events) == 0 {
		return Journaled{}, nil
	}
	sum, err := s.store.Journal(ctx, events, s.appraiser)
	var poison *PoisonError
	if err == nil || !errors.As(err, &poison) {
		return sum, err
	}
	if len(events) == 1 {
		return Journaled{Unwritable: 1}, s.bury(ctx, events[0])
	}
	half := len(events) / 2
	for _, part := range [][]Event{events[:half], events[half:]} {
		written, err := s.write(ctx, part)
		if err != nil {
			return Journaled{}, err
		}
		sum.add(written)
	}
	return sum, nil
}

func (s *Service) bury(ctx context.Context, e Event) error {
	letter, err := lateLetter(e, NewFault(ReasonEventMalformed, "", "the journal cannot hold the event"), s.now())
	if err != nil {
		return err
	}
	return s.store.AddDeadLetters(ctx, []DeadLetter{letter})
}

// lateLetter makes the dead letter of an event that was accepted and refused by the writer. Nothing in it may be refused in turn:
// the writer would try for ever.
func lateLetter(e Event, fault *Fault, now time.Time) (DeadLetter, error) {
	r := Rejection{Source: cut(e.Source, maxSourceBytes), EventID: cut(e.EventID, maxIDBytes), Fault: *fault}
	letter, err := newDeadLetter(cut(e.Member, maxSourceBytes), r, e.Bytes, now.UTC())
	letter.Signature = e.Signature
	return letter, err
}

// BuryMessage keeps a message of the queue that is no batch, so that the queue goes on. member is what its subject says.
func (s *Service) BuryMessage(ctx context.Context, member string, data []byte) error {
	fault := NewFault(ReasonEventMalformed, "", "a queued batch cannot be read")
	letter, err := newDeadLetter(cut(member, maxSourceBytes), Rejection{Fault: *fault}, data, s.now().UTC())
	if err != nil {
		return err
	}
	return s.store.AddDeadLetters(ctx, []DeadLetter{letter})
}

// Sift parts the events of a transaction by what the journal has under their keys. The parts are copies: a transaction that is
// tried again begins with the events as they were.
func Sift(events []Event, stored map[Key]Hash) (fresh, repeated, reused []Event) {
	return siftEvents(events, make([]Event, 0, len(events)), stored, func(e *Event) (Key, Hash) { return e.Key, e.ContentHash })
}

// ReusedLetters makes the dead letters of events that reuse a key, as the writer finds when two were under way at once.
func ReusedLetters(reused []Event, now time.Time) ([]DeadLetter, error) {
	return lateLetters(reused, reusedFault(), now)
}

// RevokedLetters makes the dead letters of events whose key was revoked while they were under way.
func RevokedLetters(revoked []Event, now time.Time) ([]DeadLetter, error) {
	return lateLetters(revoked, revokedFault(), now)
}

func lateLetters(events []Event, fault *Fault, now time.Time) ([]DeadLetter, error) {
	letters := make([]DeadLetter, len(events))
	for i, e := range events {
		var err error
		if letters[i], err = lateLetter(e, fault, now); err != nil {
			return nil, err
		}
	}
	return letters, nil
}
