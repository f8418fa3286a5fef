package tiles

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func TestPathsOfALog(t *testing.T) {
	for path, want := range map[string]resource{
		"/log/ingest/oem/checkpoint":                {service: "ingest", stream: "ingest/oem"},
		"/log/index/checkpoint":                     {service: "anchor", stream: "index"},
		"/log/keys/a-1/checkpoint":                  {service: "ingest", stream: "keys/a-1"},
		"/log/registry/oem/checkpoint":              {service: "registry", stream: "registry/oem"},
		"/log/ingest/oem/tile/0/000":                {"ingest", "ingest/oem", &tlog.Tile{H: 8, W: 256}},
		"/log/ingest/oem/tile/1/x001/067":           {"ingest", "ingest/oem", &tlog.Tile{H: 8, L: 1, N: 1067, W: 256}},
		"/log/ingest/oem/tile/7/000.p/1":            {"ingest", "ingest/oem", &tlog.Tile{H: 8, L: 7, W: 1}},
		"/log/ingest/oem/tile/0/x001/067.p/255":     {"ingest", "ingest/oem", &tlog.Tile{H: 8, N: 1067, W: 255}},
		"/log/ingest/oem/tile/entries/x001/067.p/9": {"ingest", "ingest/oem", &tlog.Tile{H: 8, L: -1, N: 1067, W: 9}},
	} {
		got, ok := parse(&url.URL{Path: path})
		same := got.tile == nil && want.tile == nil || got.tile != nil && want.tile != nil && *got.tile == *want.tile
		if !ok || got.service != want.service || got.stream != want.stream || !same {
			t.Errorf("%s is %+v, %t", path, got, ok)
		}
	}
}

// FuzzParse holds that a path is either refused or the only one of a tile that may be asked for.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"checkpoint", "tile/0/000", "tile/0/x001/067.p/9", "tile/-1/000", "tile/entries/000", "tile/data/000"} {
		f.Add("/log/ingest/oem/" + seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r, ok := parse(&url.URL{Path: path})
		if !ok || r.tile == nil {
			return
		}
		if r.tile.L < -1 || r.tile.L > maxLevel || r.tile.N < 0 || r.tile.N > maxIndex || r.tile.W < 1 || r.tile.W > 256 {
			t.Errorf("%q asks for %+v", path, r.tile)
		}
		place := strings.Replace(strings.TrimPrefix(r.tile.Path(), "tile/8/"), "data/", "entries/", 1)
		if again := prefix + r.stream + "/tile/" + place; path != again {
			t.Errorf("%q is another path of %q", path, again)
		}
	})
}
