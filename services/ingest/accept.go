package ingest

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
)

// Accept checks the candidates of member and returns once the accepted ones are in the queue and the refused ones among
// the dead letters, all on disk. After an error the same batch can be sent again: nothing is doubled.
//
// Errors: ErrBatchTooLarge, ErrQueueFull, and an Unavailable one when a part is down.
func (s *Service) Accept(ctx context.Context, member string, candidates []Candidate) (Acknowledgement, error) {
	ack, letters, err := s.accept(ctx, member, candidates)
	if err != nil {
		return Acknowledgement{}, err
	}
	// After the queue: a batch that the queue refuses comes again, and so would its letters.
	if len(letters) > 0 {
		if err := s.store.AddDeadLetters(ctx, letters); err != nil {
			return Acknowledgement{}, err
		}
	}
	s.meter.Acknowledged(ctx, member, ack)
	return ack, nil
}

// accept is Accept but for keeping the letters of the refused events.
func (s *Service) accept(ctx context.Context, member string, candidates []Candidate) (Acknowledgement, []DeadLetter, error) {
	if len(candidates) > MaxBatchEvents {
		return Acknowledgement{}, nil, ErrBatchTooLarge
	}
	class, err := s.registry.MemberClass(ctx, member)
	if err != nil {
		return Acknowledgement{}, nil, err
	}
	b := &inspection{member: member, now: s.now().UTC().Truncate(clockStep), candidates: candidates}
	b.checkAlone()
	if err := s.checkPassports(ctx, b); err != nil {
		return Acknowledgement{}, nil, err
	}
	if err := s.checkSignatures(ctx, b); err != nil {
		return Acknowledgement{}, nil, err
	}
	if err := s.checkKeys(ctx, b); err != nil {
		return Acknowledgement{}, nil, err
	}
	if err := s.enqueue(ctx, b, BaseQuality(&s.appraiser.Quality, class)); err != nil {
		return Acknowledgement{}, nil, err
	}
	if err := s.keepStatements(ctx, b); err != nil {
		return Acknowledgement{}, nil, err
	}
	letters, err := b.letters()
	if err != nil {
		return Acknowledgement{}, nil, err
	}
	ack := b.acknowledgement()
	ack.Receipt, err = s.receipt(b)
	return ack, letters, err
}

// enqueue publishes what is left after the checks and remembers it until the database knows it.
func (s *Service) enqueue(ctx context.Context, b *inspection, quality Quality) error {
	if len(b.passed) == 0 {
		return nil
	}
	batch := Batch{Member: b.member, Quality: quality, ReceivedAt: b.now, Events: make([]Event, len(b.passed))}
	for i, p := range b.passed {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("ingest: make an id: %w", err)
		}
		p.event.ID, p.event.Quality = id, quality
		batch.Events[i] = *p.event
	}
	if err := s.queue.Publish(ctx, batch); err != nil {
		return err
	}
	for _, p := range b.passed {
		s.recent.put(p.event.Key.digest(), p.event.ContentHash)
	}
	return nil
}

// checkKeys refuses events whose key is taken by other content and counts those that repeat the same. Of two contents under
// way at once both pass; the writer keeps one and makes a dead letter of the other. What it has journaled comes before what
// this process remembers to have accepted.
func (s *Service) checkKeys(ctx context.Context, b *inspection) error {
	if len(b.passed) == 0 {
		return nil
	}
	keys := make([]Key, len(b.passed))
	for i, p := range b.passed {
		keys[i] = p.event.Key
	}
	known, err := s.store.ContentHashes(ctx, keys)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, journaled := known[key]; journaled {
			continue
		}
		if hash, ok := s.recent.get(key.digest()); ok {
			known[key] = hash
		}
	}
	b.checkClock(known)
	fresh, repeated, reused := siftEvents(b.passed, b.passed, known, func(p *passed) (Key, Hash) { return p.event.Key, p.event.ContentHash })
	for _, p := range reused {
		b.refuse(p.index, reusedFault())
	}
	b.passed, b.duplicates = fresh, len(repeated)
	return nil
}

func reusedFault() *Fault {
	return NewFault(ReasonEventIDReused, "id", "the source sent other content under this id before")
}

// digest makes a key of fixed size. A source has no NUL, so no two keys have the same bytes.
func (k Key) digest() Hash { return sha256.Sum256([]byte(k.Source + "\x00" + k.EventID)) }
