package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// Purger deletes what ingest holds of a vehicle's identity when the vault erases it.
type Purger struct {
	Letters LetterPurger
	Queue   Drainer
	Logger  *slog.Logger
	Now     func() time.Time
}

const (
	// KeepDeadLetters is how long a refused event is kept for its sender: it may hold what no event should.
	KeepDeadLetters = 180 * 24 * time.Hour
	// sweepInterval is the time between two sweeps, sweepPage the rows of one statement, maxSweepPages those of a sweep.
	sweepInterval = time.Hour
	sweepPage     = 5000
	maxSweepPages = 200
)

// Run deletes refused events when they are old, until ctx ends. A failure is logged, and the next sweep does its work.
func (p *Purger) Run(ctx context.Context) error {
	ticker := time.NewTicker(sweepInterval)
	defer ticker.Stop()
	for {
		if err := p.Sweep(ctx); err != nil && ctx.Err() == nil {
			p.Logger.WarnContext(ctx, "old dead letters not deleted", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Sweep deletes the refused events that are older than KeepDeadLetters.
func (p *Purger) Sweep(ctx context.Context) error {
	before := p.Now().Add(-KeepDeadLetters)
	for range maxSweepPages {
		deleted, err := p.Letters.DeleteOldDeadLetters(ctx, before, sweepPage)
		if err != nil || deleted < sweepPage {
			return err
		}
	}
	return nil
}

// LetterPurger deletes refused events.
type LetterPurger interface {
	// PassportOfTag returns the passport of a vehicle's tag, false when it has none.
	PassportOfTag(ctx context.Context, tag eventlist.Tag) (uuid.UUID, bool, error)
	// PurgeDeadLetters deletes the refused events of all members that hold one of the words, and returns how many it deleted.
	PurgeDeadLetters(ctx context.Context, words []string) (int64, error)
	// DeleteOldDeadLetters deletes at most limit refused events that are older than before, and returns how many it deleted.
	DeleteOldDeadLetters(ctx context.Context, before time.Time, limit int) (int64, error)
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
