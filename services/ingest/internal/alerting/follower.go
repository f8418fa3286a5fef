package alerting

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

const (
	// stepEntries bounds the entries of one transaction, and with the largest event the memory that they need: 35 MB.
	stepEntries = 500
	// stepTimeout bounds one transaction.
	stepTimeout = 20 * time.Second
	// idlePause is how long the end of the journal is left alone. It bounds the delay of an alert, with the writer's own.
	idlePause = 250 * time.Millisecond
	// maxPartPages bounds what is looked for on behalf of recalls before the journal has its turn again.
	maxPartPages = 20
	// retryFirst and retryMost bound the pause after a failure; it doubles in between.
	retryFirst = 250 * time.Millisecond
	retryMost  = 10 * time.Second
)

// Follower reads the journal as it grows.
type Follower struct {
	Pool   *pgxpool.Pool
	Keeper *Keeper
	Logger *slog.Logger
}

// Run follows until ctx ends. A failure is tried again without end: the journal keeps what was not read.
func (f *Follower) Run(ctx context.Context) error {
	pause := retryFirst
	for ctx.Err() == nil {
		read, err := f.CatchUp(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			f.Logger.WarnContext(ctx, "alerts interrupted", slog.String("error", err.Error()), slog.Duration("pause", pause))
			messaging.Pause(ctx, pause)
			pause = min(2*pause, retryMost)
		case read == 0:
			pause = retryFirst
			messaging.Pause(ctx, idlePause)
		}
	}
	return nil
}

// CatchUp reads one batch of every stream that has more, looks for the vehicles of recalled parts, and returns how many
// entries and pages that were: 0 when nothing is left.
func (f *Follower) CatchUp(ctx context.Context) (read int, err error) {
	checkpoints, err := journal.Checkpoints(ctx, f.Pool)
	if err != nil {
		return 0, fmt.Errorf("alerting: %w", err)
	}
	positions, err := dbsqlc.New(f.Pool).AlertPositions(ctx)
	if err != nil {
		return 0, fmt.Errorf("alerting: positions: %w", err)
	}
	next := make(map[string]int64, len(positions))
	for _, p := range positions {
		next[p.Stream] = p.Next
	}
	for _, c := range checkpoints {
		if next[c.Stream] >= int64(c.Size) { //nolint:gosec // a stream's size is a bigint
			continue
		}
		n, err := f.step(ctx, c.Stream)
		if err != nil {
			return read, err
		}
		read += n
	}
	for range maxPartPages {
		found, err := f.searchPart(ctx)
		if err != nil || !found {
			return read, err
		}
		read++
	}
	return read, nil
}

// step reads the next entries of one stream and makes their effect, in one transaction.
func (f *Follower) step(ctx context.Context, stream string) (read int, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	err = postgres.InTx(ctx, f.Pool, func(tx pgx.Tx) error {
		q := dbsqlc.New(tx)
		if err := q.LockAlerts(ctx); err != nil {
			return fmt.Errorf("alerting: lock: %w", err)
		}
		from, err := q.AlertPosition(ctx, stream) // under the lock: another follower may have been here
		if err != nil {
			return fmt.Errorf("alerting: position: %w", err)
		}
		if read, err = f.learn(ctx, tx, stream, from); err != nil || read == 0 {
			return err
		}
		next := from + int64(read)
		if err := q.DropOutlines(ctx, dbsqlc.DropOutlinesParams{Stream: stream, Before: next}); err != nil {
			return fmt.Errorf("alerting: drop outlines: %w", err)
		}
		return q.SaveAlertPosition(ctx, dbsqlc.SaveAlertPositionParams{Stream: stream, Next: next})
	})
	return read, err
}

// learn makes the effect of the entries from one on, as many as an outline covers, or a page of them where there is none.
func (f *Follower) learn(ctx context.Context, tx pgx.Tx, stream string, from int64) (read int, err error) {
	outline, err := dbsqlc.New(tx).NextOutline(ctx, dbsqlc.NextOutlineParams{Stream: stream, Since: from})
	page := int64(stepEntries)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return 0, fmt.Errorf("alerting: next outline: %w", err)
	case outline.First == from:
		return int(outline.Length), f.learnOutlined(ctx, tx, outline)
	default:
		page = min(page, outline.First-from)
	}
	entries, err := journal.Entries(ctx, tx, stream, uint64(from), int(page)) //nolint:gosec // not negative, by its constraint
	if err != nil || len(entries) == 0 {
		return 0, wrapped(err)
	}
	return len(entries), f.Keeper.Learn(ctx, tx, f.facts(ctx, stream, entries))
}

// learnOutlined reads of a run of entries only those that can matter: the telling ones, and those of vehicles about which
// something is known.
func (f *Follower) learnOutlined(ctx context.Context, tx pgx.Tx, outline dbsqlc.AlertOutline) error {
	known, err := f.Keeper.knowledge(ctx, tx, outline.Passports)
	if err != nil {
		return err
	}
	told := make(map[uint64]bool, len(outline.Telling))
	for _, seq := range outline.Telling {
		told[uint64(seq)] = true //nolint:gosec // not negative, by its constraint
	}
	var wanted []uint64
	for i, passport := range outline.Passports {
		seq := uint64(outline.First) + uint64(i) //nolint:gosec // not negative, by its constraint
		if _, special := known[passport]; special || told[seq] {
			wanted = append(wanted, seq)
		}
	}
	for page := range slices.Chunk(wanted, stepEntries) {
		entries, err := journal.EntriesAt(ctx, tx, outline.Stream, page)
		if err != nil {
			return wrapped(err)
		}
		if err := f.Keeper.Learn(ctx, tx, f.facts(ctx, outline.Stream, entries)); err != nil {
			return err
		}
	}
	return nil
}

// wrapped says where a failure was; nil stays nil.
func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("alerting: %w", err)
}

// facts reads entries. One that cannot be read is passed over: it will not be readable later either.
func (f *Follower) facts(ctx context.Context, stream string, entries []journal.Entry) (facts []Fact) {
	for _, e := range entries {
		fact, ok, err := factOf(e.Frame)
		if err != nil {
			f.Logger.ErrorContext(ctx, "entry not readable", slog.String("stream", stream), slog.Uint64("sequence", e.Seq),
				slog.String("error", err.Error()))
		}
		if ok {
			facts = append(facts, fact)
		}
	}
	return facts
}
