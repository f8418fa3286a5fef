// Package recallsearch finds the vehicles of recalls: it searches the vault for each new recall, one part after the other, and
// compares each new passport with the recalls there are. How far it is commits with what it tells of the passports found, and
// what was told once is kept: whatever is interrupted or done twice tells of a passport once.
package recallsearch

import (
	"context"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/services/registry"
)

const (
	// idlePause is how often recalls are looked for, and so how soon a search begins.
	idlePause = time.Second
	// failedPause is the pause after a failure.
	failedPause = 5 * time.Second
	// stepTimeout bounds one part.
	stepTimeout = 20 * time.Second
)

// Store keeps recalls.
type Store interface {
	// SearchingRecall returns the oldest recall whose search has not ended; ok is false when there is none.
	SearchingRecall(ctx context.Context) (r registry.Recall, ok bool, err error)
	// SaveMatches publishes which of vehicles have passports and moves the search on to next, or to its end when next is "".
	// It does nothing when the search is not where r says any more, because another process was faster.
	SaveMatches(ctx context.Context, r registry.Recall, vehicles []string, next string) error
}

// Search is the search. It is safe to run in several processes.
type Search struct {
	Store  Store
	Vault  registry.VehicleMatcher
	Logger *slog.Logger
}

// Run searches until ctx ends. A failure is tried again without end.
func (s *Search) Run(ctx context.Context) error {
	repeat(ctx, s.step, func(err error) {
		s.Logger.WarnContext(ctx, "search for recalled vehicles interrupted", slog.String("error", err.Error()))
	})
	return nil
}

// repeat takes steps until ctx ends, at once when there is more, and tells of failures.
func repeat(ctx context.Context, step func(context.Context) (more bool, err error), failed func(error)) {
	for ctx.Err() == nil {
		more, err := step(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			failed(err)
			messaging.Pause(ctx, failedPause)
		case !more:
			messaging.Pause(ctx, idlePause)
		}
	}
}

// step searches one part of the vault for one recall; more is false when there is nothing to search for.
func (s *Search) step(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	r, ok, err := s.Store.SearchingRecall(ctx)
	if err != nil || !ok {
		return false, err
	}
	vehicles, next, err := s.Vault.Match(ctx, r.Ranges, r.SearchedTo)
	if err != nil {
		return false, err
	}
	return true, s.Store.SaveMatches(ctx, r, vehicles, next)
}
