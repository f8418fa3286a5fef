// Package outbox takes leaves that commit with what they are of, and appends them to the journal in batches soon after.
//
// [journal.Append] keeps all others that append to a stream waiting until its transaction has ended. Where transactions that
// otherwise have nothing in common write to one stream, that would let one commit after the other. They put their leaves here
// instead, which locks nothing, and the [Relay] moves what has committed: out of the outbox and into the stream in one transaction.
// A leaf is therefore as durable as its cause, and is journaled exactly once; it only gets its number later. Leaves get their
// numbers in the order in which they were put, but for those whose transactions were open when others' were moved.
package outbox

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/postgres"
)

const (
	// maxMove bounds the leaves of one transaction of the relay.
	maxMove = 1000
	// poll is how long a leaf waits at most while the relay is idle.
	poll = 100 * time.Millisecond
	// retryDelay is the pause after a failed round, moveTimeout the time that one may take.
	retryDelay  = 500 * time.Millisecond
	moveTimeout = 30 * time.Second
)

// Put has leaves appended to the stream, in their order, after the caller's transaction has committed.
func Put(ctx context.Context, tx pgx.Tx, stream string, leaves ...journal.Leaf) error {
	b := &pgx.Batch{}
	Queue(b, stream, leaves...)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("outbox: put: %w", err)
	}
	return nil
}

// Queue adds the statement of [Put] to a batch of the caller's.
func Queue(b *pgx.Batch, stream string, leaves ...journal.Leaf) {
	keys, frames := make([][]byte, len(leaves)), make([][]byte, len(leaves))
	for i := range leaves {
		keys[i], frames[i] = leaves[i].Key[:], leaves[i].Frame
	}
	b.Queue(`INSERT INTO journal_outbox (stream, key, leaf) SELECT $1, key, leaf FROM unnest($2::bytea[], $3::bytea[]) t (key, leaf)`, stream, keys, frames)
}

// Relay moves leaves into the journal of one schema.
type Relay struct {
	Pool   *pgxpool.Pool
	Schema string
	Logger *slog.Logger
}

// Run moves leaves until ctx ends. Of several relays of a schema one works at a time.
func (r *Relay) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		moved, err := r.Move(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			r.Logger.WarnContext(ctx, "journal outbox not moved", slog.String("error", err.Error()))
			messaging.Pause(ctx, retryDelay)
		case moved < maxMove:
			messaging.Pause(ctx, poll)
		}
	}
	return nil
}

// Move appends the next leaves, at most 1000, and returns how many those were: 0 also while another relay works.
func (r *Relay) Move(ctx context.Context) (moved int, err error) {
	ctx, cancel := context.WithTimeout(ctx, moveTimeout)
	defer cancel()
	defer func() {
		if err != nil {
			moved = 0
		}
	}()
	err = postgres.InTx(ctx, r.Pool, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, r.lockKey()).Scan(&mine); err != nil || !mine {
			return err
		}
		byStream, err := take(ctx, tx)
		if err != nil {
			return err
		}
		for _, stream := range slices.Sorted(maps.Keys(byStream)) { // in the order of locks
			if _, _, err := journal.Append(ctx, tx, stream, byStream[stream]); err != nil {
				return err
			}
			moved += len(byStream[stream])
		}
		return nil
	})
	return moved, err
}

// take removes the oldest leaves from the outbox.
func take(ctx context.Context, tx pgx.Tx) (map[string][]journal.Leaf, error) {
	// By their places on the disk: a plan over all of the table would read what was taken before, too, until that is vacuumed.
	const query = `
		WITH taken AS (
			DELETE FROM journal_outbox WHERE ctid = ANY (ARRAY(SELECT ctid FROM journal_outbox ORDER BY id LIMIT $1))
			RETURNING id, stream, key, leaf
		)
		SELECT stream, key, leaf FROM taken ORDER BY id`
	rows, err := tx.Query(ctx, query, maxMove)
	if err != nil {
		return nil, fmt.Errorf("outbox: take: %w", err)
	}
	byStream := map[string][]journal.Leaf{}
	var stream string
	var key, frame []byte
	_, err = pgx.ForEachRow(rows, []any{&stream, &key, &frame}, func() error {
		byStream[stream] = append(byStream[stream], journal.Leaf{Key: proof.Key(key), Frame: slices.Clone(frame)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: take: %w", err)
	}
	return byStream, nil
}

func (r *Relay) lockKey() int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("journal_outbox/" + r.Schema))
	return int64(h.Sum64()) //nolint:gosec // any bit pattern is a key
}
