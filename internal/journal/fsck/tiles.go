package fsck

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal"
)

// peekTile returns a stored tile, nil when there is none. Tiles of a level are
// asked for in ascending order.
func (w *walker) peekTile(ctx context.Context, level int, index uint64) (*storedTile, error) {
	for {
		t, ok, err := w.tiles[level].before(ctx, index+1)
		if err != nil || !ok {
			return nil, err
		}
		if t.index == index {
			return &t, nil
		}
		w.tiles[level].skip()
	}
}

// readTile is peekTile for a tile that must be there with so many hashes.
func (w *walker) readTile(ctx context.Context, level int, index uint64, width int) (*storedTile, error) {
	t, err := w.peekTile(ctx, level, index)
	if err != nil {
		return nil, err
	}
	at := AtTile(level, index)
	switch {
	case t == nil && w.extent.tiles > 0:
		w.found.Add(TileMissing, w.stream, at, "the tile is gone; it has %d hashes in a stream of %d entries", width, w.size)
	case t == nil:
	case len(t.data)%len(journal.Hash{}) != 0:
		w.found.Add(TileChanged, w.stream, at, "the tile has %d bytes, which are not whole hashes", len(t.data))
	case t.width() < width:
		w.found.Add(TileShort, w.stream, at, "the tile has %d of %d hashes", t.width(), width)
	case t.width() > width:
		w.found.Add(TileBeyond, w.stream, at, "the tile has %d hashes, of which the stream's size demands %d", t.width(), width)
	}
	return t, nil
}

// bottomTile is a tile of level 0 with what it is compared with.
type bottomTile struct {
	index   uint64
	entries []slot
	stored  *storedTile
	// confirm says whether the level above, or a checkpoint, has these hashes.
	confirm func([]slot) bool
}

// reconcile returns the leaf hashes that the tile and its entries give together,
// and tells which of them is damaged where they differ.
func (w *walker) reconcile(ctx context.Context, t *bottomTile) ([]slot, error) {
	byEntry, byTile := slices.Clone(t.entries), slices.Clone(t.entries)
	var differ []int
	for i, e := range t.entries {
		s := t.stored.slot(i)
		if !s.known {
			continue
		}
		byTile[i] = s
		if !e.known {
			byEntry[i] = s
		} else if e.hash != s.hash {
			differ = append(differ, i)
		}
	}
	if len(differ) == 0 {
		return byEntry, nil
	}
	first := t.index * tileWidth
	switch {
	case t.confirm(byTile) && !t.confirm(byEntry):
		for _, i := range differ {
			if err := w.blameEntry(ctx, first+uint64(i), byEntry[i].hash); err != nil {
				return nil, err
			}
		}
		return byTile, nil
	case t.confirm(byEntry) && !t.confirm(byTile):
		w.found.Add(TileChanged, w.stream, AtTile(0, t.index), "%d hashes are not those of their entries, the first is of entry %d",
			len(differ), first+uint64(differ[0]))
		return byEntry, nil
	}
	for _, i := range differ {
		w.found.Add(EntryDisputed, w.stream, AtEntry(first+uint64(i)), "entry and tile contradict each other, and nothing above confirms one of them")
		byTile[i] = slot{}
	}
	return byTile, nil
}

// blameEntry tells of an entry whose hash is not the one that was journaled
// under its number.
func (w *walker) blameEntry(ctx context.Context, seq uint64, hash journal.Hash) error {
	if !w.found.listed(w.stream, EntryMisplaced) || !w.found.listed(w.stream, EntryChanged) {
		w.found.Add(EntryChanged, w.stream, AtEntry(seq), "the leaf is not the one that was journaled")
		return nil
	}
	place, found, err := w.findLeaf(ctx, hash)
	switch {
	case err != nil:
		return err
	case found:
		w.found.Add(EntryMisplaced, w.stream, AtEntry(seq), "the leaf belongs to entry %d: it was swapped or copied", place)
	default:
		w.found.Add(EntryChanged, w.stream, AtEntry(seq), "the leaf is not the one that was journaled")
	}
	return nil
}

// findLeaf returns the number under which a leaf hash stands in the tiles of
// level 0. It reads all of them, and so only for findings that are listed.
func (w *walker) findLeaf(ctx context.Context, hash journal.Hash) (seq uint64, found bool, err error) {
	const query = `
		SELECT idx * 256 + (position($2::bytea IN data) - 1) / 32 FROM journal_tile
		WHERE stream = $1 AND level = 0 AND position($2::bytea IN data) % 32 = 1 ORDER BY idx LIMIT 1`
	places, err := collect(ctx, w.tx, pgx.RowTo[int64], query, w.stream, hash[:])
	if err != nil || len(places) == 0 {
		return 0, false, err
	}
	return uint64(places[0]), true, nil
}

// push adds a hash to a level above 0, whose tile is examined when it is full.
func (w *walker) push(ctx context.Context, level int, s slot) error {
	if level == maxLevels {
		return nil
	}
	l := &w.upper[level]
	l.open = append(l.open, s)
	if len(l.open) < tileWidth {
		return nil
	}
	root := tileRoot(l.open)
	if err := w.closeTile(ctx, level); err != nil {
		return err
	}
	return w.push(ctx, level+1, root)
}

// closeTile compares a tile with what the level below gives.
func (w *walker) closeTile(ctx context.Context, level int) error {
	l := &w.upper[level]
	index := l.closed
	stored, err := w.readTile(ctx, level, index, len(l.open))
	if err != nil {
		return err
	}
	for i, computed := range l.open {
		if s := stored.slot(i); s.known && computed.known && s.hash != computed.hash {
			w.found.Add(TileChanged, w.stream, AtTile(level, index), "the tile is not what the level below gives, first in hash %d", i)
			break
		}
	}
	l.closed, l.open = index+1, l.open[:0]
	return nil
}

// closeUpper examines the unfinished tiles, and looks for tiles after the end.
func (w *walker) closeUpper(ctx context.Context) error {
	w.upper[0].closed = (w.size + tileWidth - 1) / tileWidth
	for level := range w.upper {
		if len(w.upper[level].open) > 0 {
			if err := w.closeTile(ctx, level); err != nil {
				return err
			}
		}
		if err := w.tilesBeyond(ctx, level, w.upper[level].closed); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) tilesBeyond(ctx context.Context, level int, from uint64) error {
	for {
		t, ok, err := w.tiles[level].before(ctx, maxEntries)
		if err != nil || !ok {
			return err
		}
		if t.index >= from {
			w.found.Add(TileBeyond, w.stream, AtTile(level, t.index), "a stream of %d entries has no such tile", w.size)
		}
		w.tiles[level].skip()
	}
}
