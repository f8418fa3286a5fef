package ingest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// Purger deletes what ingest holds of a vehicle's identity when the vault erases it.
type Purger struct {
	Letters LetterPurger
	Queue   Drainer
	Now     func() time.Time
}

// LetterPurger deletes refused events.
type LetterPurger interface {
	// PassportOfTag returns the passport of a vehicle's tag, false when it has none.
	PassportOfTag(ctx context.Context, tag eventlist.Tag) (uuid.UUID, bool, error)
	// PurgeDeadLetters deletes the refused events of all members that hold one of the words, and returns how many it deleted.
	PurgeDeadLetters(ctx context.Context, words []string) (int64, error)
}

// Drainer knows the queue.
type Drainer interface {
	// Drained returns once nothing waits that was queued before the call, or ErrQueueNotDrained.
	Drained(ctx context.Context) error
}

// Purge is what was deleted.
type Purge struct {
	DeadLetters int64
	Time        time.Time
}

// PurgeVehicle deletes the refused events that name the passport of a tag or hold a VIN, once the queue holds nothing that came before
// the call. vin is empty when it is not known any more. Errors: ErrQueueNotDrained.
func (p *Purger) PurgeVehicle(ctx context.Context, tag eventlist.Tag, vin string) (Purge, error) {
	if err := p.Queue.Drained(ctx); err != nil {
		return Purge{}, err
	}
	var words []string
	if vin != "" {
		words = append(words, strings.ToUpper(vin), strings.ToLower(vin)) // senders write both
	}
	passport, enrolled, err := p.Letters.PassportOfTag(ctx, tag)
	if err != nil {
		return Purge{}, err
	}
	if enrolled {
		words = append(words, passport.String())
	}
	if len(words) == 0 {
		return Purge{Time: p.Now()}, nil
	}
	deleted, err := p.Letters.PurgeDeadLetters(ctx, words)
	if err != nil {
		return Purge{}, fmt.Errorf("ingest: purge: %w", err)
	}
	return Purge{DeadLetters: deleted, Time: p.Now()}, nil
}
