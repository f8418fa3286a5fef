package tiles

import (
	"net/url"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal/keeper"
)

const (
	prefix = "/log/"
	// maxLevel and maxIndex bound what is asked for as the RPC does: no journal has a tile beyond them.
	maxLevel = 7
	maxIndex = 1<<40 - 1
)

// resource is what a path names.
type resource struct {
	// service keeps the stream.
	service, stream string
	// tile is nil for the checkpoint; its level is -1 for the entries under a tile of level 0.
	tile *tlog.Tile
}

// parse reads a path of a log. Each resource has one path: whatever is spelt in another way is not there.
func parse(u *url.URL) (_ resource, ok bool) {
	rest, ok := strings.CutPrefix(u.Path, prefix)
	if !ok || u.RawPath != "" {
		return resource{}, false
	}
	stream, rest, _ := strings.Cut(rest, "/")
	if stream != keeper.Index {
		var second string
		second, rest, _ = strings.Cut(rest, "/")
		stream += "/" + second
	}
	r := resource{stream: stream}
	if r.service, ok = keeper.Of(r.stream); !ok {
		return resource{}, false
	}
	if rest == "checkpoint" {
		return r, true
	}
	place, ok := strings.CutPrefix(rest, "tile/")
	if !ok {
		return resource{}, false
	}
	r.tile, ok = parseTile(place)
	return r, ok
}

// parseTile reads <L>/<N>[.p/<W>]. The layout of golang.org/x/mod, which names the height of tiles too, is the same from
// there on, but that it says data for entries.
func parseTile(place string) (*tlog.Tile, bool) {
	rest, entries := strings.CutPrefix(place, "entries/")
	if entries {
		place = "data/" + rest
	}
	t, err := tlog.ParseTilePath("tile/8/" + place)
	if err != nil || (t.L < 0) != entries || t.L > maxLevel || t.N > maxIndex {
		return nil, false
	}
	return &t, true
}
