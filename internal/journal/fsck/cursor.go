package fsck

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

const (
	// tilePage and checkpointPage bound the rows in memory of one table, or of
	// one level of tiles.
	tilePage       = 64
	checkpointPage = 1000
)

// cursor goes through rows in ascending order of their number, a page at a time.
type cursor[T any] struct {
	// load returns up to limit rows with numbers of at least from.
	load   func(ctx context.Context, from uint64) ([]T, error)
	number func(T) uint64
	limit  int

	page []T
	from uint64
	done bool
}

// before returns the next row if its number is below end.
func (c *cursor[T]) before(ctx context.Context, end uint64) (row T, ok bool, err error) {
	if len(c.page) == 0 && !c.done && c.from < end {
		if c.page, err = c.load(ctx, c.from); err != nil {
			return row, false, err
		}
		if n := len(c.page); n > 0 {
			c.from = c.number(c.page[n-1]) + 1
		}
		c.done = len(c.page) < c.limit || c.from > proof.MaxSize
	}
	if len(c.page) == 0 || c.number(c.page[0]) >= end {
		return row, false, nil
	}
	return c.page[0], true, nil
}

// skip leaves the row that before has returned.
func (c *cursor[T]) skip() { c.page = c.page[1:] }

func entryCursor(tx pgx.Tx, stream string) *cursor[journal.Entry] {
	return &cursor[journal.Entry]{
		limit:  tileWidth,
		number: func(e journal.Entry) uint64 { return e.Seq },
		load: func(ctx context.Context, from uint64) ([]journal.Entry, error) {
			return journal.Entries(ctx, tx, stream, from, tileWidth)
		},
	}
}

// storedTile is a row of journal_tile.
type storedTile struct {
	index uint64
	data  []byte
}

func (t *storedTile) width() int { return len(t.data) / len(journal.Hash{}) }

func (t *storedTile) slot(i int) slot {
	if t == nil || i >= t.width() {
		return slot{}
	}
	const size = len(journal.Hash{})
	return slot{journal.Hash(t.data[i*size : (i+1)*size]), true}
}

func tileCursor(tx pgx.Tx, stream string, level int) *cursor[storedTile] {
	const query = `
		SELECT idx, data FROM journal_tile
		WHERE stream = $1 AND level = $2 AND idx >= $3 ORDER BY idx LIMIT $4`
	return &cursor[storedTile]{
		limit:  tilePage,
		number: func(t storedTile) uint64 { return t.index },
		load: func(ctx context.Context, from uint64) ([]storedTile, error) {
			tiles, err := collect(ctx, tx, func(row pgx.CollectableRow) (t storedTile, err error) {
				var index int64
				err = row.Scan(&index, &t.data)
				t.index = uint64(index)
				return t, err
			}, query, stream, level, int64(from), tilePage)
			if err != nil {
				return nil, fmt.Errorf("fsck: read tiles: %w", err)
			}
			return tiles, nil
		},
	}
}

// storedRoot is a row of journal_checkpoint.
type storedRoot struct {
	size uint64
	root []byte
}

func checkpointCursor(tx pgx.Tx, stream string) *cursor[storedRoot] {
	const query = `
		SELECT size, root FROM journal_checkpoint
		WHERE stream = $1 AND size >= $2 ORDER BY size LIMIT $3`
	return &cursor[storedRoot]{
		limit:  checkpointPage,
		from:   1,
		number: func(r storedRoot) uint64 { return r.size },
		load: func(ctx context.Context, from uint64) ([]storedRoot, error) {
			roots, err := collect(ctx, tx, func(row pgx.CollectableRow) (r storedRoot, err error) {
				var size int64
				err = row.Scan(&size, &r.root)
				r.size = uint64(size)
				return r, err
			}, query, stream, int64(from), checkpointPage)
			if err != nil {
				return nil, fmt.Errorf("fsck: read checkpoints: %w", err)
			}
			return roots, nil
		},
	}
}
