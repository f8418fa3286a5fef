package ingest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// MaxDeadLetters bounds the dead letters of one member. Beyond it the oldest replayed ones are forgotten, then the oldest:
// their sender was told the reason of each when it sent them, and a sender that never looks must not fill the disk.
const MaxDeadLetters = 100_000

// DeadLetter is a refused event, kept for its sender.
type DeadLetter struct {
	ID     uuid.UUID
	Member string
	Rejection
	// Bytes is the CloudEvent, nil when it was too large to keep, reveals the vehicle, or has confidential fields in the clear.
	Bytes []byte
	// Signature is the source's, nil when there is none that could be read.
	Signature *Signature
	// ContentHash is of the whole event, kept or not, but of its name alone when its content is confidential. The same content refused again for the same reason is one letter, so
	// that a repeated batch does not repeat its letters.
	ContentHash Hash
	CreatedAt   time.Time
	// ReplayedAt is when a replay was accepted, nil until then.
	ReplayedAt *time.Time
}

func newDeadLetter(member string, r Rejection, bytes []byte, now time.Time) (DeadLetter, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return DeadLetter{}, fmt.Errorf("ingest: make an id: %w", err)
	}
	letter := DeadLetter{ID: id, Member: member, Rejection: r, ContentHash: sha256.Sum256(bytes), CreatedAt: now}
	switch {
	case r.Fault.Reason == ReasonIDRevealsVehicle: // for which it is refused
		letter.Source, letter.EventID = "", ""
	case len(bytes) <= MaxEventBytes:
		letter.Bytes = bytes
	}
	return letter, nil
}

// withhold takes the event's content off the letter: also its hash, by which the content could be guessed, and the statement,
// which has that hash.
func (l *DeadLetter) withhold() {
	l.Bytes, l.Signature = nil, nil
	l.ContentHash = sha256.Sum256([]byte(l.Source + "\x00" + l.EventID))
}

// ReplayDeadLetter sends a letter of member through the checks once more. A replayed letter stays as it is.
//
// Errors: ErrDeadLetterNotFound; FailedPrecondition with the reason when the event is refused again, which makes no
// second letter; those of Accept.
func (s *Service) ReplayDeadLetter(ctx context.Context, member string, id uuid.UUID) (DeadLetter, error) {
	letter, err := s.store.GetDeadLetter(ctx, member, id)
	if err != nil || letter.ReplayedAt != nil {
		return letter, err
	}
	if letter.Bytes == nil {
		return DeadLetter{}, refusedAgain(letter.Fault)
	}
	candidate := s.decode(letter.Bytes)
	if letter.Signature != nil {
		candidate.signAgain(letter.Signature)
	}
	ack, _, err := s.accept(ctx, member, []Candidate{candidate})
	if err != nil {
		return DeadLetter{}, err
	}
	if len(ack.Rejections) > 0 {
		return DeadLetter{}, refusedAgain(ack.Rejections[0].Fault)
	}
	s.meter.Acknowledged(ctx, member, ack)
	return s.store.MarkReplayed(ctx, member, id)
}

func refusedAgain(f Fault) error {
	return apperr.New(apperr.FailedPrecondition, string(f.Reason), "refused again: %s", f.Detail).WithField(f.Field)
}
