package fsck

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal"
)

// statementTimeout bounds every statement of a snapshot on the server.
const statementTimeout = 30 * time.Minute

// Options are what [Check] is asked for beyond the journal itself.
type Options struct {
	// Claims are checkpoints kept elsewhere, at most [MaxClaims].
	Claims []Claim
	// Entry is called with every entry before the end of its stream, by stream
	// in byte order and then by number. Its error ends the examination.
	Entry func(ctx context.Context, stream string, e *journal.Entry) error
	// Progress is called after every tile of entries.
	Progress func(Progress)
}

// Progress says how far an examination is.
type Progress struct {
	Stream string
	// Streams counts the streams, Number those begun.
	Number, Streams int
	// Entries of Size have been examined.
	Entries, Size uint64
}

// Head is what a stream was found to be.
type Head struct {
	Stream string `json:"stream"`
	// Size is the number of entries.
	Size uint64 `json:"size"`
	// Root has 32 bytes, computed from entries and tiles; it is absent when they
	// do not give one.
	Root []byte `json:"root,omitempty"`
}

// Snapshot runs f in a read-only transaction that sees one moment of the
// database. A role that row-level security keeps from rows gets an error, not
// fewer rows.
func Snapshot(ctx context.Context, db interface {
	BeginTx(ctx context.Context, opts pgx.TxOptions) (pgx.Tx, error)
}, f func(tx pgx.Tx) error,
) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	tx, err := db.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("fsck: begin: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // there is nothing to commit
	settings := fmt.Sprintf("SET LOCAL row_security = off; SET LOCAL statement_timeout = %d", statementTimeout.Milliseconds())
	if _, err := tx.Exec(ctx, settings); err != nil {
		return fmt.Errorf("fsck: begin: %w", err)
	}
	return f(tx)
}

// Check examines the journal in the schema that tx works in, and adds what is
// wrong to found. It returns the streams' heads. An error says that the
// examination could not be done, not that something is wrong; [ErrClaims] that
// it is for want of usable claims.
func Check(ctx context.Context, tx pgx.Tx, opts Options, found *Findings) ([]Head, error) {
	claims, err := claimsByStream(opts.Claims)
	if err != nil {
		return nil, err
	}
	if err := checkTables(ctx, tx, found); err != nil {
		return nil, err
	}
	streams, err := listStreams(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, stream := range slices.Sorted(maps.Keys(claims)) {
		if last := claims[stream][len(claims[stream])-1]; !slices.Contains(streams, stream) {
			found.Add(StreamMissing, stream, AtSize(last.Size),
				"the stream had %d entries by %s and has none: its tables were emptied, or an older state was restored", last.Size, last.Source)
		}
	}
	heads := make([]Head, 0, len(streams))
	for i, stream := range streams {
		w := newWalker(tx, stream, claims[stream], found)
		w.visit = opts.Entry
		w.progress = func(entries uint64) {
			if opts.Progress != nil {
				opts.Progress(Progress{Stream: stream, Number: i + 1, Streams: len(streams), Entries: entries, Size: w.size})
			}
		}
		head, err := w.run(ctx)
		if err != nil {
			return nil, err
		}
		heads = append(heads, head)
	}
	return heads, nil
}

// listStreams returns the streams that any table has rows of, in byte order.
func listStreams(ctx context.Context, tx pgx.Tx) ([]string, error) {
	names := map[string]bool{}
	for _, table := range []string{tableEntry, tableTile, tableCheckpoint} {
		// As in journal.Checkpoints, the recursion hops along the primary key.
		query := fmt.Sprintf(`
			WITH RECURSIVE s(stream) AS (
				(SELECT stream FROM %[1]s ORDER BY stream LIMIT 1)
				UNION ALL
				SELECT (SELECT t.stream FROM %[1]s t WHERE t.stream > s.stream ORDER BY t.stream LIMIT 1)
				FROM s WHERE s.stream IS NOT NULL
			)
			SELECT stream FROM s WHERE stream IS NOT NULL LIMIT $1`, table)
		of, err := collect(ctx, tx, pgx.RowTo[string], query, journal.MaxStreams+1)
		if err != nil {
			return nil, fmt.Errorf("fsck: list streams: %w", err)
		}
		for _, name := range of {
			names[name] = true
		}
	}
	if len(names) > journal.MaxStreams {
		return nil, fmt.Errorf("fsck: more than %d streams", journal.MaxStreams)
	}
	return slices.Sorted(maps.Keys(names)), nil
}

func collect[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], query string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}
