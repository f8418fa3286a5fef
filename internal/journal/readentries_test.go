package journal_test

import (
	"errors"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

func TestEntriesHashToTheirTile(t *testing.T) {
	db := newDB(t)
	if _, _, err := appendLeaves(t.Context(), db, "s", leavesOf("a", 300)); err != nil {
		t.Fatal(err)
	}
	for index, width := range []int{journal.TileWidth, 44} {
		entries, err := journal.ReadEntries(t.Context(), db, "s", int64(index), width)
		if err != nil || len(entries) != width {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		hashes, err := journal.ReadTile(t.Context(), db, "s", 0, int64(index), width)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range entries {
			if at := hashes[i*tlog.HashSize:]; e.Hash() != proof.Hash(at[:tlog.HashSize]) {
				t.Errorf("entry %d of tile %d has another hash", i, index)
			}
		}
	}
	for what, at := range map[string]struct {
		stream string
		index  int64
		width  int
		want   error
	}{
		"not full yet":     {"s", 1, journal.TileWidth, journal.ErrNotFound},
		"beyond the end":   {"s", 2, 1, journal.ErrNotFound},
		"another stream":   {"t", 0, 1, journal.ErrNotFound},
		"no width":         {"s", 0, 0, journal.ErrInvalid},
		"too wide":         {"s", 0, 257, journal.ErrInvalid},
		"a negative index": {"s", -1, 1, journal.ErrInvalid},
		"a huge index":     {"s", 1<<63 - 1, 1, journal.ErrInvalid},
	} {
		if _, err := journal.ReadEntries(t.Context(), db, at.stream, at.index, at.width); !errors.Is(err, at.want) {
			t.Errorf("%s: %v, want %v", what, err, at.want)
		}
	}
}

func TestEntriesAreReadFromAnyPlace(t *testing.T) {
	db := newDB(t)
	if _, _, err := appendLeaves(t.Context(), db, "s", leavesOf("a", 300)); err != nil {
		t.Fatal(err)
	}
	first, err := journal.ReadEntries(t.Context(), db, "s", 0, journal.TileWidth)
	if err != nil {
		t.Fatal(err)
	}
	second, err := journal.ReadEntries(t.Context(), db, "s", 1, 300-journal.TileWidth)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(first, second)
	for _, at := range []struct {
		first uint64
		limit int
	}{{0, 300}, {0, 1}, {250, 10}, {299, journal.MaxEntries}, {300, 5}, {1 << 40, 5}} {
		from := min(at.first, 300)
		want := all[from:min(from+uint64(at.limit), 300)]
		got, err := journal.ReadEntriesFrom(t.Context(), db, "s", at.first, at.limit)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("from %d: %d entries, want %d; %v", at.first, len(got), len(want), err)
		}
	}
	if got, err := journal.ReadEntriesFrom(t.Context(), db, "t", 0, 5); err != nil || len(got) > 0 {
		t.Errorf("a stream that is not there: %d entries, %v", len(got), err)
	}
	for what, err := range map[string]error{
		"none":     errorOf(journal.ReadEntriesFrom(t.Context(), db, "s", 0, 0)),
		"too many": errorOf(journal.ReadEntriesFrom(t.Context(), db, "s", 0, journal.MaxEntries+1)),
		"too far":  errorOf(journal.ReadEntriesFrom(t.Context(), db, "s", 1<<63, 1)),
	} {
		if !errors.Is(err, journal.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// errorOf returns the error of a call.
func errorOf[T any](_ T, err error) error { return err }
