package fsck

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

const maxEntries = proof.MaxSize

// walker examines one stream from its first entry to its last, a tile of
// entries at a time.
type walker struct {
	tx     pgx.Tx
	stream string
	found  *Findings
	extent extent
	size   uint64

	entries *cursor[journal.Entry]
	tiles   [maxLevels]*cursor[storedTile]
	roots   *rootKeeper
	upper   [maxLevels]level
	// missing is the run of missing entries so far, up to the current one.
	missing run

	visit    func(ctx context.Context, stream string, e *journal.Entry) error
	progress func(entries uint64)
}

// level is the unfinished tile of a level above 0, and how many are before it.
type level struct {
	open   []slot
	closed uint64
}

// run is a range of sequence numbers; it is empty when first == end.
type run struct{ first, end uint64 }

func newWalker(tx pgx.Tx, stream string, claims []Claim, found *Findings) *walker {
	w := &walker{tx: tx, stream: stream, found: found, entries: entryCursor(tx, stream)}
	for level := range w.tiles {
		w.tiles[level] = tileCursor(tx, stream, level)
	}
	w.roots = &rootKeeper{stream: stream, found: found, checkpoints: checkpointCursor(tx, stream), claims: claims}
	return w
}

func (w *walker) run(ctx context.Context) (Head, error) {
	var err error
	if w.extent, err = readExtent(ctx, w.tx, w.stream); err != nil {
		return Head{}, err
	}
	w.size = w.extent.size()
	w.extent.report(w.stream, w.found)
	if w.extent.entries == 0 && w.extent.tiles == 0 { // nothing that a root could be computed from
		return Head{Stream: w.stream}, w.roots.finish(ctx, 0)
	}
	for index := uint64(0); index*tileWidth < w.size; index++ {
		if err := w.bottom(ctx, index); err != nil {
			return Head{}, err
		}
		w.progress(min((index+1)*tileWidth, w.size))
	}
	w.flushMissing()
	if err := w.closeUpper(ctx); err != nil {
		return Head{}, err
	}
	head := Head{Stream: w.stream, Size: w.size}
	if !w.roots.lost {
		root := w.roots.tree.root()
		head.Root = root[:]
	}
	return head, w.roots.finish(ctx, w.size)
}

// bottom examines a tile of level 0 with its entries and the checkpoints that
// end in it.
func (w *walker) bottom(ctx context.Context, index uint64) error {
	first := index * tileWidth
	end := min(first+tileWidth, w.size)
	entries, err := w.readEntries(ctx, first, end)
	if err != nil {
		return err
	}
	stored, err := w.readTile(ctx, 0, index, int(end-first))
	if err != nil {
		return err
	}
	parent, err := w.parent(ctx, index, end-first)
	if err != nil {
		return err
	}
	targets, err := w.roots.targets(ctx, end)
	if err != nil {
		return err
	}
	leaves, err := w.reconcile(ctx, &bottomTile{
		index: index, entries: entries, stored: stored, confirm: w.roots.confirm(first, end, parent, targets),
	})
	if err != nil {
		return err
	}
	w.roots.grow(first, leaves, parent, targets)
	if len(leaves) < tileWidth {
		return nil
	}
	root := tileRoot(leaves)
	if !root.known {
		root = parent
	}
	return w.push(ctx, 1, root)
}

// readEntries returns the hashes of the entries from first to end.
func (w *walker) readEntries(ctx context.Context, first, end uint64) ([]slot, error) {
	slots := make([]slot, end-first)
	for next := first; ; {
		e, ok, err := w.entries.before(ctx, end)
		if err != nil {
			return nil, fmt.Errorf("fsck: stream %s: %w", w.stream, err)
		}
		if !ok {
			w.miss(next, end)
			return slots, nil
		}
		w.entries.skip()
		if e.Seq < next {
			continue // a second row of a number, which the examination of the key tells of
		}
		w.miss(next, e.Seq)
		slots[e.Seq-first] = slot{e.LeafHash, true}
		next = e.Seq + 1
		if w.visit != nil {
			if err := w.visit(ctx, w.stream, &e); err != nil {
				return nil, err
			}
		}
	}
}

// miss joins missing entries to one run while no entry comes between.
func (w *walker) miss(first, end uint64) {
	if first == end {
		return
	}
	if w.missing.end != first {
		w.flushMissing()
		w.missing.first = first
	}
	w.missing.end = end
}

func (w *walker) flushMissing() {
	if m := w.missing; m.first < m.end && w.extent.entries > 0 {
		w.found.Add(EntryMissing, w.stream, AtEntries(m.first, m.end-1), "%d entries are gone", m.end-m.first)
	}
	w.missing = run{}
}

// parent is the root of a full tile of level 0 as level 1 has it.
func (w *walker) parent(ctx context.Context, index, width uint64) (slot, error) {
	if width < tileWidth {
		return slot{}, nil
	}
	above, err := w.peekTile(ctx, 1, index/tileWidth)
	return above.slot(int(index % tileWidth)), err
}
