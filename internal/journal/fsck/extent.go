package fsck

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// extent is the number of entries of a stream as each of its tables shows it; 0
// when a table has no row of the stream.
type extent struct {
	entries, tiles, checkpoints uint64
}

func readExtent(ctx context.Context, tx pgx.Tx, stream string) (extent, error) {
	const query = `
		SELECT
			coalesce((SELECT seq + 1 FROM journal_entry WHERE stream = $1 AND seq BETWEEN 0 AND $2 ORDER BY seq DESC LIMIT 1), 0),
			coalesce((SELECT idx * 256 + octet_length(data) / 32 FROM journal_tile
				WHERE stream = $1 AND level = 0 AND idx BETWEEN 0 AND $2 / 256 ORDER BY idx DESC LIMIT 1), 0),
			coalesce((SELECT size FROM journal_checkpoint WHERE stream = $1 AND size BETWEEN 0 AND $2 ORDER BY size DESC LIMIT 1), 0)`
	var e extent
	if err := tx.QueryRow(ctx, query, stream, int64(maxEntries)).Scan(&e.entries, &e.tiles, &e.checkpoints); err != nil {
		return extent{}, fmt.Errorf("fsck: read the extent of a stream: %w", err)
	}
	return e, nil
}

// size is the number of entries that the stream is taken to have. Whoever
// damages one table leaves two that agree: it is the middle of what the three
// say. An emptied table says nothing; of two that are left the smaller is sure
// to be in both.
func (e extent) size() uint64 {
	said := slices.DeleteFunc([]uint64{e.entries, e.tiles, e.checkpoints}, func(n uint64) bool { return n == 0 })
	slices.Sort(said)
	switch len(said) {
	case 0: // there are tiles above level 0 only
		return 0
	case 3:
		return said[1]
	default:
		return said[0]
	}
}

// report adds what the extents alone show.
func (e extent) report(stream string, found *Findings) {
	size := e.size()
	for _, of := range []struct {
		table   string
		entries uint64
	}{{tableEntry, e.entries}, {tableTile, e.tiles}, {tableCheckpoint, e.checkpoints}} {
		if of.entries == 0 {
			found.Add(TableEmpty, stream, AtTable(of.table), "the table has nothing of the %d entries of the stream: it was truncated", size)
		}
	}
	if e.checkpoints > 0 && e.checkpoints < size {
		found.Add(CheckpointMissing, stream, AtSize(size), "the newest checkpoint covers %d of %d entries: later ones are gone", e.checkpoints, size)
	}
	if e.entries > size {
		found.Add(EntryBeyond, stream, AtEntries(size, e.entries-1),
			"the stream ends at %d entries by its tiles or checkpoints: these were put there past the journal", size)
	}
}
