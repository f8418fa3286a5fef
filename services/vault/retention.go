package vault

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

const (
	year = 365 * 24 * time.Hour
	// retentionInterval is the time between two passes, retentionPage the rows of one statement, maxRetentionPages those of a pass; what
	// is left waits for the next.
	retentionInterval = time.Hour
	retentionPage     = 1000
	maxRetentionPages = 1000
)

// RetentionRule says how long something is kept, and why so long.
type RetentionRule struct {
	// Name is one word, as in docs/records-of-processing.md.
	Name      string
	What, Why string
	Keep      time.Duration

	// apply deletes at most retentionPage of what is older than before, and returns how many.
	apply func(ctx context.Context, s RetentionStore, before time.Time) (int64, error)
}

// RetentionStore deletes what is kept no longer.
type RetentionStore interface {
	// DoomFormerHolders deletes holders after whom another was registered before a time, and dooms their keys.
	DoomFormerHolders(ctx context.Context, before time.Time, limit int) (int64, error)
	// DoomEndedConsents deletes consents that ended before a time or whose holder is gone, and dooms their keys.
	DoomEndedConsents(ctx context.Context, before time.Time, limit int) (int64, error)
	// DeleteOldRequests deletes requests that ended before a time, with their certificates.
	DeleteOldRequests(ctx context.Context, before time.Time, limit int) (int64, error)
	// ShredKeysAfter returns the keys of rows in the order of their names; DeleteShredded deletes the rows of some.
	ShredKeysAfter(ctx context.Context, after ShredKey, limit int) ([]ShredKey, error)
	DeleteShredded(ctx context.Context, keys []ShredKey) (int64, error)
	// OverdueRequests counts the requests that should have been answered before a time.
	OverdueRequests(ctx context.Context, now time.Time) (int64, error)
}

// RetentionRules are the rules that act by themselves.
func RetentionRules() []RetentionRule {
	return []RetentionRule{
		{
			Name: "former-holders", What: "identities of holders after whom another was registered", Keep: 3 * year,
			Why: "claims about the time of holding expire; who has an open request or a restriction stays",
			apply: func(ctx context.Context, s RetentionStore, before time.Time) (int64, error) {
				return s.DoomFormerHolders(ctx, before, retentionPage)
			},
		},
		{
			Name: "ended-consents", What: "consents that expired or were withdrawn, and those of erased holders at once", Keep: 3 * year,
			Why: "the member must be able to show that there was consent",
			apply: func(ctx context.Context, s RetentionStore, before time.Time) (int64, error) {
				return s.DoomEndedConsents(ctx, before, retentionPage)
			},
		},
		{
			Name: "answered-requests", What: "requests of data subjects that have ended, with their certificates", Keep: 3 * year,
			Why: "the member must be able to show how it answered",
			apply: func(ctx context.Context, s RetentionStore, before time.Time) (int64, error) {
				return s.DeleteOldRequests(ctx, before, retentionPage)
			},
		},
	}
}

// Retention has the rules act, destroys keys that a crash has kept, deletes rows that came back with a backup and do not open any more,
// and warns of late answers.
type Retention struct {
	Store    RetentionStore
	Desk     *Desk
	Shredder Shredder
	Logger   *slog.Logger
	Now      func() time.Time
}

// Run makes a pass at once and from time to time until ctx ends. A failure is logged, and the next pass does its work.
func (r *Retention) Run(ctx context.Context) error {
	ticker := time.NewTicker(retentionInterval)
	defer ticker.Stop()
	for {
		if err := r.Pass(ctx); err != nil && ctx.Err() == nil {
			r.Logger.WarnContext(ctx, "retention rules not applied", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Pass applies everything once.
func (r *Retention) Pass(ctx context.Context) error {
	now := r.Now()
	for _, rule := range RetentionRules() {
		deleted, err := r.repeat(func() (int64, error) { return rule.apply(ctx, r.Store, now.Add(-rule.Keep)) })
		if err != nil {
			return fmt.Errorf("vault: retention rule %s: %w", rule.Name, err)
		}
		if deleted > 0 {
			r.Logger.InfoContext(ctx, "retention rule applied", slog.String("rule", rule.Name), slog.Int64("rows", deleted))
		}
	}
	if err := r.Desk.DestroyDoomed(ctx); err != nil {
		return err
	}
	if err := r.deleteShredded(ctx); err != nil {
		return err
	}
	overdue, err := r.Store.OverdueRequests(ctx, now)
	if err == nil && overdue > 0 {
		r.Logger.WarnContext(ctx, "requests of data subjects are overdue", slog.Int64("requests", overdue))
	}
	return err
}

// repeat calls f until it finds less than a page.
func (r *Retention) repeat(f func() (int64, error)) (total int64, err error) {
	for range maxRetentionPages {
		n, err := f()
		if err != nil {
			return total, err
		}
		if total += n; n < retentionPage {
			break
		}
	}
	return total, nil
}

// deleteShredded looks through the keys of all rows: a lookup each, in memory.
func (r *Retention) deleteShredded(ctx context.Context) error {
	after := uuid.Nil
	for {
		keys, err := r.Store.ShredKeysAfter(ctx, after, retentionPage)
		if err != nil || len(keys) == 0 {
			return err
		}
		gone, err := r.Shredder.Destroyed(ctx, keys)
		if err != nil {
			return fmt.Errorf("vault: look for destroyed keys: %w", err)
		}
		if len(gone) > 0 {
			deleted, err := r.Store.DeleteShredded(ctx, gone)
			if err != nil {
				return err
			}
			r.Logger.WarnContext(ctx, "erased rows had come back and were deleted", slog.Int64("rows", deleted))
		}
		after = keys[len(keys)-1]
	}
}
