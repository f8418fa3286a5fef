package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/postgres"
)

const (
	// MaxBatch bounds the leaves of one [Append].
	MaxBatch = 8192
	// MaxBatchBytes bounds the frames of one [Append].
	MaxBatchBytes = 64 << 20
	// MaxStreamNameBytes bounds the name of a stream.
	MaxStreamNameBytes = 200
)

// Hash is a SHA-256 value: a leaf hash, an interior hash or a root.
type Hash = proof.Hash

// Checkpoint is the state of a stream after a batch.
type Checkpoint struct {
	Stream string
	// Size is the number of leaves.
	Size uint64
	// Root is the RFC 6962 root of the first Size leaves.
	Root Hash
	// CreatedAt is the start of the transaction that appended the batch, by the
	// database's clock.
	CreatedAt time.Time
}

// Leaf is what [Append] adds to a stream.
type Leaf struct {
	// Key names the list that the leaf belongs to; zero for none.
	Key proof.Key
	// Frame holds the exact bytes, see [proof.Frame].
	Frame []byte
}

// Hash returns the leaf hash, which is over the key and a commitment to the frame.
func (l Leaf) Hash() Hash { return proof.EntryOf(l.Key, l.Frame).Hash() }

// Frame encodes the content of a leaf for [Append]; it is [proof.Frame].
func Frame(typ string, salt [proof.SaltBytes]byte, payload []byte) []byte {
	return proof.Frame(typ, salt, payload)
}

// Append adds the leaves to the stream, in order, inside the caller's
// transaction, and returns the sequence number of the first and the checkpoint
// that covers them all. A stream begins with its first leaf.
//
// Until the transaction ends, other appenders to the same stream wait. A
// transaction that appends to several streams does so in ascending order of
// their names, or two such transactions may deadlock.
//
// Errors: [ErrInvalid], [ErrMalformedLeaf], [ErrConflict], [ErrCorrupt]; after
// any error the transaction must be rolled back.
func Append(ctx context.Context, tx pgx.Tx, stream string, leaves []Leaf) (first uint64, cp Checkpoint, err error) {
	if err := checkStream(stream); err != nil {
		return 0, Checkpoint{}, err
	}
	hashes, err := hashLeaves(leaves)
	if err != nil {
		return 0, Checkpoint{}, err
	}
	t, err := lockTree(ctx, tx, stream)
	if err != nil {
		return 0, Checkpoint{}, err
	}
	seq := t.size
	changed := t.append(hashes)
	if err := insertEntries(ctx, tx, stream, seq, leaves); err != nil {
		return 0, Checkpoint{}, err
	}
	cp, err = storeTree(ctx, tx, stream, t, changed)
	if err != nil {
		return 0, Checkpoint{}, err
	}
	return uint64(seq), cp, nil
}

func checkStream(stream string) error {
	if stream == "" || len(stream) > MaxStreamNameBytes {
		return fmt.Errorf("%w: stream name of %d bytes", ErrInvalid, len(stream))
	}
	return nil
}

// hashLeaves checks the limits of a batch and that each leaf has a frame.
func hashLeaves(leaves []Leaf) ([]tlog.Hash, error) {
	if len(leaves) == 0 || len(leaves) > MaxBatch {
		return nil, fmt.Errorf("%w: batch of %d leaves", ErrInvalid, len(leaves))
	}
	total := 0
	hashes := make([]tlog.Hash, len(leaves))
	for i, leaf := range leaves {
		if _, err := proof.ParseFrame(leaf.Frame); err != nil {
			return nil, fmt.Errorf("%w: number %d of the batch: %w", ErrMalformedLeaf, i, err)
		}
		if total += len(leaf.Frame); total > MaxBatchBytes {
			return nil, fmt.Errorf("%w: batch exceeds %d bytes", ErrInvalid, MaxBatchBytes)
		}
		hashes[i] = tlog.Hash(leaf.Hash())
	}
	return hashes, nil
}

// lockTree makes the transaction the stream's only sequencer, loads the right
// edge of the tree and compares it with the last checkpoint. The lock is a
// statement of its own because a statement sees what was committed before it
// began: read together with the lock, the tree could be the one before the wait.
func lockTree(ctx context.Context, tx pgx.Tx, stream string) (*tree, error) {
	const lock = `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/journal/' || $1, 0))`
	if _, err := tx.Exec(ctx, lock, stream); err != nil {
		return nil, fmt.Errorf("journal: lock stream: %w", err)
	}
	var size int64
	root := tlog.Hash(emptyRoot)
	cp, err := Latest(ctx, tx, stream)
	switch {
	case err == nil:
		size, root = int64(cp.Size), tlog.Hash(cp.Root)
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	last, err := lastTiles(ctx, tx, stream)
	if err != nil {
		return nil, err
	}
	t, err := loadTree(size, last)
	if err != nil {
		return nil, err
	}
	computed, err := t.root()
	if err != nil {
		return nil, err
	}
	if computed != root {
		return nil, fmt.Errorf("%w: right edge at size %d", ErrCorrupt, size)
	}
	return t, nil
}

func lastTiles(ctx context.Context, tx pgx.Tx, stream string) ([]tile, error) {
	const query = `
		SELECT last.level, last.idx, last.data
		FROM generate_series(0, $2::int - 1) AS l(level)
		CROSS JOIN LATERAL (
			SELECT t.level, t.idx, t.data FROM journal_tile t
			WHERE t.stream = $1 AND t.level = l.level ORDER BY t.idx DESC LIMIT 1
		) AS last`
	rows, err := tx.Query(ctx, query, stream, maxLevels)
	if err != nil {
		return nil, fmt.Errorf("journal: read right edge: %w", err)
	}
	tiles, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t tile, err error) {
		err = row.Scan(&t.level, &t.idx, &t.data)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("journal: read right edge: %w", err)
	}
	return tiles, nil
}

func insertEntries(ctx context.Context, tx pgx.Tx, stream string, first int64, leaves []Leaf) error {
	columns := []string{"stream", "seq", "key", "leaf"}
	err := postgres.Copy(ctx, tx, "journal_entry", columns, len(leaves), func(i int, r *postgres.Row) {
		r.Text(stream)
		r.Int8(first + int64(i))
		r.Bytes(leaves[i].Key[:])
		r.Bytes(leaves[i].Frame)
	})
	return writeError("entries", err)
}

// storeTree writes the changed tiles and the checkpoint in one round trip.
func storeTree(ctx context.Context, tx pgx.Tx, stream string, t *tree, changed []tile) (Checkpoint, error) {
	const upsertTiles = `
		INSERT INTO journal_tile (stream, level, idx, data)
		SELECT $1, tile.level, tile.idx, tile.data
		FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) AS tile(level, idx, data)
		ON CONFLICT ON CONSTRAINT journal_tile_pk DO UPDATE SET data = excluded.data`
	const insertCheckpoint = `
		INSERT INTO journal_checkpoint (stream, size, root) VALUES ($1, $2, $3) RETURNING created_at`
	root, err := t.root()
	if err != nil {
		return Checkpoint{}, err
	}
	levels, indexes, data := make([]int16, len(changed)), make([]int64, len(changed)), make([][]byte, len(changed))
	for i, tl := range changed {
		levels[i], indexes[i], data[i] = int16(tl.level), tl.idx, tl.data
	}
	cp := Checkpoint{Stream: stream, Size: uint64(t.size), Root: Hash(root)}
	batch := &pgx.Batch{}
	batch.Queue(upsertTiles, stream, levels, indexes, data)
	batch.Queue(insertCheckpoint, stream, t.size, root[:]).QueryRow(func(row pgx.Row) error {
		return row.Scan(&cp.CreatedAt)
	})
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return Checkpoint{}, writeError("tiles and checkpoint", err)
	}
	return cp, nil
}

// writeError tells a sequence number taken by a transaction this snapshot
// cannot see from other failures.
func writeError(what string, err error) error {
	const uniqueViolation, serializationFailure = "23505", "40001"
	var pgErr *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pgErr) && (pgErr.Code == uniqueViolation || pgErr.Code == serializationFailure):
		return fmt.Errorf("%w: write %s: %w", ErrConflict, what, err)
	default:
		return fmt.Errorf("journal: write %s: %w", what, err)
	}
}
