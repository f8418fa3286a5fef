package fsck_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit"
)

const (
	// entries end inside a tile.
	entries = 3*256 + 100
	// deepEntries fill a tile of level 1, and end inside one.
	deepEntries = 256*256 + 3*256 + 100
)

func newDB(t *testing.T) *pgxpool.Pool {
	t.Helper()
	return testkit.Migrated(t, os.DirFS("../../../migrations"), "journal")
}

// fill appends to a stream until it has n entries, in batches of changing size.
func fill(t *testing.T, db *pgxpool.Pool, stream string, n int) journal.Checkpoint {
	t.Helper()
	var last journal.Checkpoint
	for size, batch := int(last.Size), 1; size < n; size, batch = int(last.Size), min(batch*3, journal.MaxBatch) {
		last = appendSome(t, db, stream, size, min(batch, n-size))
	}
	return last
}

func appendSome(t *testing.T, db *pgxpool.Pool, stream string, from, n int) (cp journal.Checkpoint) {
	t.Helper()
	leaves := make([]journal.Leaf, n)
	for i := range leaves {
		frame := journal.Frame("test.v1.Note", [16]byte{byte(i), byte(i >> 8)}, fmt.Appendf(nil, "%s %d", stream, from+i))
		leaves[i] = journal.Leaf{Key: proof.Key{byte(from + i)}, Frame: frame}
	}
	err := pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) (err error) {
		_, cp, err = journal.Append(t.Context(), tx, stream, leaves)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return cp
}

// check examines a journal as an operator would.
func check(t *testing.T, db *pgxpool.Pool, opts fsck.Options) (heads []fsck.Head, found *fsck.Findings) {
	t.Helper()
	found = &fsck.Findings{}
	err := fsck.Snapshot(t.Context(), db, func(tx pgx.Tx) (err error) {
		heads, err = fsck.Check(t.Context(), tx, opts, found)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return heads, found
}

// short has a line for each finding: "REASON stream: place".
func short(found *fsck.Findings) (lines []string) {
	for _, f := range found.List() {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Reason, f.Stream, f.Place)))
	}
	for _, o := range found.Omitted() {
		lines = append(lines, fmt.Sprintf("%s %s %d more", o.Reason, o.Stream, o.Count))
	}
	return lines
}

// damaged examines the journal after the administrator's statements, whose effect is then undone.
func damaged(t *testing.T, db *pgxpool.Pool, opts fsck.Options, statements ...string) []string {
	t.Helper()
	ctx := t.Context()
	tx, err := db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	for _, s := range append([]string{"SET LOCAL session_replication_role = replica"}, statements...) {
		if _, err := tx.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	found := &fsck.Findings{}
	if _, err := fsck.Check(ctx, tx, opts, found); err != nil {
		t.Fatal(err)
	}
	return short(found)
}

func flipTile(level, index, bit int) string {
	return fmt.Sprintf("UPDATE journal_tile SET data = set_bit(data, %d, 1 - get_bit(data, %d)) WHERE stream = 'a' AND level = %d AND idx = %d",
		bit, bit, level, index)
}

func flipEntry(seq int) string {
	return fmt.Sprintf("UPDATE journal_entry SET leaf = set_bit(leaf, 250, 1 - get_bit(leaf, 250)) WHERE stream = 'a' AND seq = %d", seq)
}

func TestWhatWasDamagedIsFoundAndNamed(t *testing.T) {
	db := newDB(t)
	fill(t, db, "b", 300)
	last := fill(t, db, "a", entries)
	if last.Size != entries {
		t.Fatalf("%d entries", last.Size)
	}
	for name, c := range map[string]struct {
		statements []string
		want       []string
	}{
		"nothing": {},
		"a bit of the first entry": {
			[]string{flipEntry(0)}, []string{"ENTRY_CHANGED a entry 0"},
		},
		"a bit of an entry": {
			[]string{flipEntry(600)}, []string{"ENTRY_CHANGED a entry 600"},
		},
		"a bit of an entry's key": {
			[]string{"UPDATE journal_entry SET key = set_bit(key, 250, 1 - get_bit(key, 250)) WHERE stream = 'a' AND seq = 600"},
			[]string{"ENTRY_CHANGED a entry 600"},
		},
		"an entry moved to another list": {
			[]string{"UPDATE journal_entry SET key = (SELECT key FROM journal_entry WHERE stream = 'a' AND seq = 7) WHERE stream = 'a' AND seq = 600"},
			[]string{"ENTRY_CHANGED a entry 600"},
		},
		"a bit of the last entry": {
			[]string{flipEntry(entries - 1)}, []string{fmt.Sprintf("ENTRY_CHANGED a entry %d", entries-1)},
		},
		"a bit of a tile at level 0":           {[]string{flipTile(0, 1, 9)}, []string{"TILE_CHANGED a tile 0/1"}},
		"a bit of the last tile at level 0":    {[]string{flipTile(0, 3, 9)}, []string{"TILE_CHANGED a tile 0/3"}},
		"a bit of a tile at level 1":           {[]string{flipTile(1, 0, 300)}, []string{"TILE_CHANGED a tile 1/0"}},
		"an entry and its tile, other numbers": {[]string{flipEntry(300), flipTile(0, 1, 256)}, []string{"ENTRY_DISPUTED a entry 257", "ENTRY_DISPUTED a entry 300", "ROOT_UNKNOWN a size 364"}},
		"a bit of a root": {
			[]string{"UPDATE journal_checkpoint SET root = set_bit(root, 3, 1 - get_bit(root, 3)) WHERE stream = 'a' AND size = 40"},
			[]string{"ROOT_DIFFERS a size 40"},
		},
		"a bit of the last root": {
			[]string{fmt.Sprintf("UPDATE journal_checkpoint SET root = set_bit(root, 3, 1 - get_bit(root, 3)) WHERE stream = 'a' AND size = %d", entries)},
			[]string{fmt.Sprintf("ROOT_DIFFERS a size %d", entries)},
		},
		"a tile at level 0 gone":      {[]string{"DELETE FROM journal_tile WHERE stream = 'a' AND level = 0 AND idx = 2"}, []string{"TILE_MISSING a tile 0/2"}},
		"the last tile gone":          {[]string{"DELETE FROM journal_tile WHERE stream = 'a' AND level = 0 AND idx = 3"}, []string{"TILE_MISSING a tile 0/3"}},
		"a tile at level 1 gone":      {[]string{"DELETE FROM journal_tile WHERE stream = 'a' AND level = 1 AND idx = 0"}, []string{"TILE_MISSING a tile 1/0"}},
		"a tile cut":                  {[]string{"UPDATE journal_tile SET data = substr(data, 1, 320) WHERE stream = 'a' AND level = 0 AND idx = 2"}, []string{"TILE_SHORT a tile 0/2"}},
		"a tile longer than the size": {[]string{"UPDATE journal_tile SET data = data || substr(data, 1, 32) WHERE stream = 'a' AND level = 1 AND idx = 0"}, []string{"TILE_BEYOND a tile 1/0"}},
		"tiles after the end": {
			[]string{"INSERT INTO journal_tile SELECT stream, level, 300, data FROM journal_tile WHERE stream = 'a' AND level = 0 AND idx = 2", "INSERT INTO journal_tile SELECT stream, 2, 0, data FROM journal_tile WHERE stream = 'a' AND level = 1"},
			[]string{"TILE_BEYOND a tile 0/300", "TILE_BEYOND a tile 2/0"},
		},
		"the first entry gone":       {[]string{"DELETE FROM journal_entry WHERE stream = 'a' AND seq = 0"}, []string{"ENTRY_MISSING a entry 0"}},
		"entries in the middle gone": {[]string{"DELETE FROM journal_entry WHERE stream = 'a' AND seq BETWEEN 200 AND 700"}, []string{"ENTRY_MISSING a entries 200-700"}},
		"the last entries gone":      {[]string{fmt.Sprintf("DELETE FROM journal_entry WHERE stream = 'a' AND seq >= %d", entries-300)}, []string{fmt.Sprintf("ENTRY_MISSING a entries %d-%d", entries-300, entries-1)}},
		"an entry and its tile gone": {[]string{"DELETE FROM journal_entry WHERE stream = 'a' AND seq = 700", "DELETE FROM journal_tile WHERE stream = 'a' AND level = 0 AND idx = 2"}, []string{"TILE_MISSING a tile 0/2", "ENTRY_MISSING a entry 700"}},
		"the last checkpoint gone":   {[]string{fmt.Sprintf("DELETE FROM journal_checkpoint WHERE stream = 'a' AND size = %d", entries)}, []string{fmt.Sprintf("CHECKPOINT_MISSING a size %d", entries)}},
		"a checkpoint after the end": {[]string{"INSERT INTO journal_checkpoint SELECT stream, 400, root FROM journal_checkpoint WHERE stream = 'b' AND size = 300"}, []string{"CHECKPOINT_BEYOND b size 400"}},
		"the end of entries and tiles gone": {
			[]string{"DELETE FROM journal_entry WHERE stream = 'b' AND seq >= 256", "DELETE FROM journal_tile WHERE stream = 'b' AND level = 0 AND idx = 1"},
			[]string{"CHECKPOINT_BEYOND b size 300"},
		},
		"an entry after the end": {
			[]string{"INSERT INTO journal_entry SELECT stream, 300, leaf, key FROM journal_entry WHERE stream = 'b' AND seq = 1"},
			[]string{"ENTRY_BEYOND b entry 300"},
		},
		"entries truncated":     {[]string{"TRUNCATE journal_entry"}, []string{"TABLE_EMPTY a journal_entry", "TABLE_EMPTY b journal_entry"}},
		"tiles truncated":       {[]string{"TRUNCATE journal_tile"}, []string{"TABLE_EMPTY a journal_tile", "TABLE_EMPTY b journal_tile"}},
		"checkpoints truncated": {[]string{"TRUNCATE journal_checkpoint"}, []string{"TABLE_EMPTY a journal_checkpoint", "TABLE_EMPTY b journal_checkpoint"}},
		"entries swapped": {
			[]string{
				`UPDATE journal_entry e SET leaf = o.leaf, key = o.key FROM journal_entry o
					WHERE e.stream = 'a' AND o.stream = 'a' AND ((e.seq, o.seq) = (17, 600) OR (e.seq, o.seq) = (600, 17))`,
			},
			[]string{"ENTRY_MISPLACED a entry 17", "ENTRY_MISPLACED a entry 600"},
		},
		"an entry copied over another": {
			[]string{`UPDATE journal_entry e SET leaf = o.leaf, key = o.key FROM journal_entry o WHERE e.stream = 'a' AND o.stream = 'a' AND (e.seq, o.seq) = (17, 600)`},
			[]string{"ENTRY_MISPLACED a entry 17"},
		},
		"a number twice": {
			[]string{
				"ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_pk",
				"INSERT INTO journal_entry SELECT stream, seq, leaf, key FROM journal_entry WHERE stream = 'b' AND seq = 255",
			},
			[]string{"GUARD_MISSING  journal_entry", "ROW_DUPLICATE b journal_entry"},
		},
		"a number below zero": {
			[]string{
				"ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_seq_counts_from_zero",
				"INSERT INTO journal_entry SELECT stream, -1, leaf, key FROM journal_entry WHERE stream = 'b' AND seq = 18",
			},
			[]string{"ROW_OUT_OF_RANGE b journal_entry"},
		},
		"a trigger switched off": {
			[]string{"ALTER TABLE journal_tile DISABLE TRIGGER journal_tile_grows"},
			[]string{"GUARD_MISSING  journal_tile"},
		},
		"many entries": {
			[]string{"UPDATE journal_entry SET leaf = leaf || '\\x00' WHERE stream = 'a' AND seq < 600"},
			append(entriesChanged(0, 20), "ENTRY_CHANGED a 580 more"),
		},
		"an entry and its hash alike": {
			[]string{
				"UPDATE journal_entry SET (leaf, key) = (SELECT leaf, key FROM journal_entry WHERE stream = 'a' AND seq = 3) WHERE stream = 'b' AND seq = 9",
				`UPDATE journal_tile SET data = overlay(data PLACING
					(SELECT substr(data, 3 * 32 + 1, 32) FROM journal_tile WHERE stream = 'a' AND level = 0 AND idx = 0)
					FROM 9 * 32 + 1) WHERE stream = 'b' AND level = 0 AND idx = 0`,
			},
			[]string{"ROOT_DIFFERS b size 13", "ROOT_DIFFERS b size 40", "ROOT_DIFFERS b size 121", "ROOT_DIFFERS b size 300", "TILE_CHANGED b tile 1/0"},
		},
	} {
		t.Run(name, func(t *testing.T) { wantFound(t, db, c.statements, c.want) })
	}
}

func wantFound(t *testing.T, db *pgxpool.Pool, statements, want []string) {
	t.Helper()
	if got := damaged(t, db, fsck.Options{}, statements...); !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestUpperTilesAreExamined(t *testing.T) {
	db := newDB(t)
	fill(t, db, "a", deepEntries)
	for name, c := range map[string]struct{ statements, want []string }{
		"a bit of a full tile at level 1": {[]string{flipTile(1, 0, 300)}, []string{"TILE_CHANGED a tile 1/0"}},
		"a bit of the last at level 1":    {[]string{flipTile(1, 1, 0)}, []string{"TILE_CHANGED a tile 1/1"}},
		"a bit of a tile at level 2":      {[]string{flipTile(2, 0, 255)}, []string{"TILE_CHANGED a tile 2/0"}},
		"a full tile at level 1 gone":     {[]string{"DELETE FROM journal_tile WHERE level = 1 AND idx = 0"}, []string{"TILE_MISSING a tile 1/0"}},
		"the tile at level 2 gone":        {[]string{"DELETE FROM journal_tile WHERE level = 2"}, []string{"TILE_MISSING a tile 2/0"}},
		"an entry and its tile gone": {
			[]string{"DELETE FROM journal_entry WHERE seq = 1300", "DELETE FROM journal_tile WHERE level = 0 AND idx = 5"},
			[]string{"TILE_MISSING a tile 0/5", "ENTRY_MISSING a entry 1300"},
		},
		"a stream of upper tiles only": {
			[]string{"INSERT INTO journal_tile SELECT 'b', level, idx, data FROM journal_tile WHERE level = 2"},
			[]string{"TABLE_EMPTY b journal_entry", "TABLE_EMPTY b journal_tile", "TABLE_EMPTY b journal_checkpoint"},
		},
	} {
		t.Run(name, func(t *testing.T) { wantFound(t, db, c.statements, c.want) })
	}
}

func entriesChanged(first, n int) (lines []string) {
	for seq := range n {
		lines = append(lines, fmt.Sprintf("ENTRY_CHANGED a entry %d", first+seq))
	}
	return lines
}
