package journal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

const (
	// MaxPage bounds the rows of one read.
	MaxPage = 1000
	// MaxStreams bounds the streams of one schema.
	MaxStreams = 10_000
)

// emptyRoot is the root of the tree without leaves.
var emptyRoot Hash = sha256.Sum256(nil)

// Querier reads: a pool, a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Entry is one leaf of a stream.
type Entry struct {
	// Seq counts from 0.
	Seq uint64
	Leaf
	// LeafHash is computed from Leaf.
	LeafHash Hash
}

// Latest returns the newest checkpoint of the stream, or [ErrNotFound] before
// its first leaf.
func Latest(ctx context.Context, q Querier, stream string) (Checkpoint, error) {
	const query = `
		SELECT stream, size, root, created_at FROM journal_checkpoint
		WHERE stream = $1 ORDER BY size DESC LIMIT 1`
	return oneCheckpoint(ctx, q, query, stream)
}

// CheckpointAt returns the checkpoint of exactly size leaves. Sizes in the
// middle of a batch have none and yield [ErrNotFound].
func CheckpointAt(ctx context.Context, q Querier, stream string, size uint64) (Checkpoint, error) {
	const query = `
		SELECT stream, size, root, created_at FROM journal_checkpoint
		WHERE stream = $1 AND size = $2`
	signed, err := toBigint(size)
	if err != nil {
		return Checkpoint{}, err
	}
	return oneCheckpoint(ctx, q, query, stream, signed)
}

// Checkpoints returns the newest checkpoint of every stream, by stream name.
// More than [MaxStreams] streams are an error, not a silent cut.
func Checkpoints(ctx context.Context, q Querier) ([]Checkpoint, error) {
	// PostgreSQL has no skip scan: the recursion hops from stream to stream
	// through the primary key instead of reading every checkpoint ever made.
	const query = `
		WITH RECURSIVE s(stream) AS (
			(SELECT stream FROM journal_checkpoint ORDER BY stream LIMIT 1)
			UNION ALL
			SELECT (SELECT c.stream FROM journal_checkpoint c WHERE c.stream > s.stream ORDER BY c.stream LIMIT 1)
			FROM s WHERE s.stream IS NOT NULL
		)
		SELECT last.stream, last.size, last.root, last.created_at
		FROM s CROSS JOIN LATERAL (
			SELECT * FROM journal_checkpoint c WHERE c.stream = s.stream ORDER BY c.size DESC LIMIT 1
		) AS last
		ORDER BY last.stream LIMIT $1`
	cps, err := collect(ctx, q, scanCheckpoint, query, MaxStreams+1)
	if err != nil {
		return nil, err
	}
	if len(cps) > MaxStreams {
		return nil, fmt.Errorf("%w: more than %d streams", ErrInvalid, MaxStreams)
	}
	return cps, nil
}

// Entries returns up to limit entries of the stream from number from on, in
// order. Fewer than limit mean that the stream ends there. limit is 1 to
// [MaxPage].
func Entries(ctx context.Context, q Querier, stream string, from uint64, limit int) ([]Entry, error) {
	const query = `
		SELECT seq, key, leaf FROM journal_entry
		WHERE stream = $1 AND seq >= $2 ORDER BY seq LIMIT $3`
	if limit < 1 || limit > MaxPage {
		return nil, fmt.Errorf("%w: page of %d entries", ErrInvalid, limit)
	}
	signed, err := toBigint(from)
	if err != nil {
		return nil, err
	}
	return collect(ctx, q, scanEntry, query, stream, signed, limit)
}

// EntriesAt returns the entries with the given numbers, in ascending order of
// number. At most [MaxPage] distinct numbers; a missing one is [ErrNotFound].
func EntriesAt(ctx context.Context, q Querier, stream string, seqs []uint64) ([]Entry, error) {
	const query = `
		SELECT seq, key, leaf FROM journal_entry
		WHERE stream = $1 AND seq = ANY($2::bigint[]) ORDER BY seq`
	if len(seqs) > MaxPage {
		return nil, fmt.Errorf("%w: %d entries at once", ErrInvalid, len(seqs))
	}
	signed := make([]int64, len(seqs))
	for i, seq := range seqs {
		var err error
		if signed[i], err = toBigint(seq); err != nil {
			return nil, err
		}
	}
	entries, err := collect(ctx, q, scanEntry, query, stream, signed)
	if err != nil {
		return nil, err
	}
	if len(entries) != len(seqs) {
		return nil, fmt.Errorf("%w: %d of %d entries of stream %q", ErrNotFound, len(seqs)-len(entries), len(seqs), stream)
	}
	return entries, nil
}

func oneCheckpoint(ctx context.Context, q Querier, query, stream string, args ...any) (Checkpoint, error) {
	cps, err := collect(ctx, q, scanCheckpoint, query, append([]any{stream}, args...)...)
	if err != nil {
		return Checkpoint{}, err
	}
	if len(cps) == 0 {
		return Checkpoint{}, fmt.Errorf("%w: checkpoint of stream %q", ErrNotFound, stream)
	}
	return cps[0], nil
}

func collect[T any](ctx context.Context, q Querier, scan pgx.RowToFunc[T], query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("journal: read: %w", err)
	}
	all, err := pgx.CollectRows(rows, scan)
	switch {
	case errors.Is(err, ErrCorrupt):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("journal: read: %w", err)
	}
	return all, nil
}

func scanCheckpoint(row pgx.CollectableRow) (Checkpoint, error) {
	var cp Checkpoint
	var size int64
	var root []byte
	if err := row.Scan(&cp.Stream, &size, &root, &cp.CreatedAt); err != nil {
		return Checkpoint{}, err
	}
	if size < 1 || len(root) != len(cp.Root) {
		return Checkpoint{}, fmt.Errorf("%w: checkpoint of size %d", ErrCorrupt, size)
	}
	cp.Size, cp.Root = uint64(size), Hash(root)
	return cp, nil
}

func scanEntry(row pgx.CollectableRow) (Entry, error) {
	var e Entry
	var seq int64
	var key []byte
	if err := row.Scan(&seq, &key, &e.Frame); err != nil {
		return Entry{}, err
	}
	if seq < 0 || len(key) != len(e.Key) {
		return Entry{}, fmt.Errorf("%w: entry %d", ErrCorrupt, seq)
	}
	e.Seq, e.Key = uint64(seq), proof.Key(key)
	e.LeafHash = e.Leaf.Hash()
	return e, nil
}
