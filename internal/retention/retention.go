// Package retention deletes rows that only protect against repetition, once nothing can be repeated any more: inbox rows
// after the broker has forgotten the message, answers to request ids after Keep.
package retention

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// Keep is how long a request id is remembered, and longer than the broker keeps any message (30 days).
	Keep = 35 * 24 * time.Hour
	// interval is the time between two sweeps, batch the rows of one statement.
	interval = time.Hour
	batch    = 5_000
	// maxBatches bounds a sweep; what is left waits for the next.
	maxBatches = 200
)

// statements delete at most batch rows older than a time.
var statements = []string{
	`DELETE FROM inbox WHERE ctid = ANY(ARRAY(SELECT ctid FROM inbox WHERE received_at < $1 ORDER BY received_at LIMIT $2))`,
	`DELETE FROM idempotency WHERE ctid = ANY(ARRAY(SELECT ctid FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2))`,
}

// Sweeper keeps one service's tables from growing without end.
type Sweeper struct {
	// Pool is for the owner of the service's schema.
	Pool   *pgxpool.Pool
	Logger *slog.Logger
}

// Run sweeps from time to time until ctx ends. A failure is logged and the next sweep does its work.
func (s *Sweeper) Run(ctx context.Context) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			deleted, err := s.Sweep(ctx, now)
			if err != nil && ctx.Err() == nil {
				s.Logger.WarnContext(ctx, "old rows not deleted", slog.String("error", err.Error()))
			} else if deleted > 0 {
				s.Logger.InfoContext(ctx, "old rows deleted", slog.Int64("rows", deleted))
			}
		}
	}
}

// Sweep deletes what is older than Keep at the time now, and returns how many rows.
func (s *Sweeper) Sweep(ctx context.Context, now time.Time) (deleted int64, err error) {
	for _, statement := range statements {
		for range maxBatches {
			tag, err := s.Pool.Exec(ctx, statement, now.Add(-Keep), batch)
			if err != nil {
				return deleted, fmt.Errorf("retention: %w", err)
			}
			deleted += tag.RowsAffected()
			if tag.RowsAffected() < batch {
				break
			}
		}
	}
	return deleted, nil
}
