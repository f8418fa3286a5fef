// Package revocation tells the broker again which of the members' device tokens are withdrawn. It is told when they are; but a
// disk that was restored to an earlier state knows no more what happened since.
package revocation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/internal/messaging"
)

const (
	// every is how often the broker is told, failedPause the pause after a round in which it was not told all.
	every       = time.Hour
	failedPause = 10 * time.Second
	// memberTimeout bounds what is done for one member.
	memberTimeout = 15 * time.Second
)

// Reminder tells the broker. It is safe to run in several processes.
type Reminder struct {
	// Members returns the members that have withdrawn tokens which have not expired.
	Members func(ctx context.Context) ([]string, error)
	// Tell tells the broker what a member has withdrawn.
	Tell   func(ctx context.Context, member string) error
	Logger *slog.Logger
}

// Run tells the broker at once and then from time to time, until ctx ends.
func (r *Reminder) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		pause := every
		if err := r.round(ctx); err != nil && ctx.Err() == nil {
			r.Logger.WarnContext(ctx, "the broker does not know all withdrawn device tokens", slog.String("error", err.Error()))
			pause = failedPause
		}
		messaging.Pause(ctx, pause)
	}
	return nil
}

// round tells what each member has withdrawn; a member's failure keeps no other's from being told.
func (r *Reminder) round(ctx context.Context) error {
	listCtx, cancel := context.WithTimeout(ctx, memberTimeout)
	members, err := r.Members(listCtx)
	cancel()
	var errs []error
	for _, m := range members {
		ctx, cancel := context.WithTimeout(ctx, memberTimeout)
		if err := r.Tell(ctx, m); err != nil {
			errs = append(errs, fmt.Errorf("member %s: %w", m, err))
		}
		cancel()
	}
	return errors.Join(append(errs, err)...)
}
