package journal_test

import (
	"errors"
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
