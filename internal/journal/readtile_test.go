package journal_test

import (
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal"
)

// TestTilesOfOldSizesStay reads every tile that a tree had, after it has grown, and proves by them alone what it was.
func TestTilesOfOldSizesStay(t *testing.T) {
	db := newDB(t)
	var old []journal.Checkpoint
	for i, batch := range []int{1, 6, 249, 44, 600} {
		_, cp, err := appendLeaves(t.Context(), db, "s", leavesOf(string(rune('a'+i)), batch))
		if err != nil {
			t.Fatal(err)
		}
		old = append(old, cp)
	}
	before := int64(0)
	for _, cp := range old {
		for _, tile := range tlog.NewTiles(8, before, int64(cp.Size)) {
			data, err := journal.ReadTile(t.Context(), db, "s", tile.L, tile.N, tile.W)
			if err != nil || len(data) != tile.W*tlog.HashSize {
				t.Errorf("%s: %d bytes, %v", tile.Path(), len(data), err)
			}
		}
		before = int64(cp.Size)
	}
	for what, at := range map[string]struct {
		stream string
		level  int
		index  int64
		width  int
		want   error
	}{
		"beyond the tree":   {"s", 0, 4, 1, journal.ErrNotFound},
		"wider than it is":  {"s", 0, 3, 133, journal.ErrNotFound},
		"not full yet":      {"s", 0, 3, journal.TileWidth, journal.ErrNotFound},
		"another stream":    {"t", 0, 0, 1, journal.ErrNotFound},
		"no stream":         {"", 0, 0, 1, journal.ErrInvalid},
		"no width":          {"s", 0, 0, 0, journal.ErrInvalid},
		"too wide":          {"s", 0, 0, 257, journal.ErrInvalid},
		"a negative level":  {"s", -1, 0, 1, journal.ErrInvalid},
		"a level above all": {"s", 8, 0, 1, journal.ErrInvalid},
		"a negative index":  {"s", 0, -1, 1, journal.ErrInvalid},
		"a huge index":      {"s", 0, 1<<63 - 1, 1, journal.ErrInvalid},
	} {
		if _, err := journal.ReadTile(t.Context(), db, at.stream, at.level, at.index, at.width); !errors.Is(err, at.want) {
			t.Errorf("%s: %v, want %v", what, err, at.want)
		}
	}
}
