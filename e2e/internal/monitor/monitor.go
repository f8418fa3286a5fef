// Package monitor reads a transparency log by c2sp.org/tlog-tiles as anybody does who has its address and its key. It knows
// nothing of this platform; all proofs are made and checked by golang.org/x/mod/sumdb/tlog.
package monitor

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	maxAnswer  = 1 << 20
)

// Log is a log as its monitors know it.
type Log struct {
	// URL is its prefix, without a slash at its end.
	URL string
	// Key is its verifier key, whose name is its origin.
	Key  string
	HTTP *http.Client
}

// Newest reads and verifies the log's newest checkpoint.
func (l Log) Newest(ctx context.Context) (tlog.Tree, error) { return l.Checkpoint(ctx, "checkpoint") }

// Checkpoint reads and verifies a checkpoint that the log has kept at path.
func (l Log) Checkpoint(ctx context.Context, path string) (tlog.Tree, error) {
	signed, err := l.Get(ctx, path)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(l.Key)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("monitor: %w", err)
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("monitor: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("monitor: a checkpoint of %q with %d lines", lines[0], len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("monitor: %w", err)
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("monitor: root: %w", err)
	}
	if len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("monitor: root of %d bytes", len(root))
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

// CheckExtends proves that the newer tree extends the older one.
func (l Log) CheckExtends(ctx context.Context, older, newer tlog.Tree) error {
	path, err := tlog.ProveTree(newer.N, older.N, l.hashes(ctx, newer))
	if err != nil {
		return fmt.Errorf("monitor: %w", err)
	}
	return tlog.CheckTree(path, newer.N, newer.Hash, older.N, older.Hash)
}

// CheckIncludes proves that the tree has a leaf at a place.
func (l Log) CheckIncludes(ctx context.Context, tree tlog.Tree, n int64, leaf tlog.Hash) error {
	path, err := tlog.ProveRecord(tree.N, n, l.hashes(ctx, tree))
	if err != nil {
		return fmt.Errorf("monitor: %w", err)
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, n, leaf)
}

// Entries takes a bundle apart.
func Entries(bundle []byte) (entries [][]byte, err error) {
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return nil, fmt.Errorf("monitor: a bundle ends in entry %d", len(entries))
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		entries = append(entries, bundle[2:end])
		bundle = bundle[end:]
	}
	return entries, nil
}

func (l Log) hashes(ctx context.Context, tree tlog.Tree) tlog.HashReader {
	return tlog.TileHashReader(tree, tiles{ctx, l})
}

// Get reads a resource of the log.
func (l Log) Get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.URL+"/"+path, nil)
	if err != nil {
		return nil, fmt.Errorf("monitor: %w", err)
	}
	resp, err := l.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("monitor: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("monitor: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("monitor: %s: %s %s", path, resp.Status, body)
	}
	return body, nil
}

// tiles reads the log's tiles for one check, whose context it holds because tlog's interface passes none.
type tiles struct {
	ctx context.Context
	log Log
}

// Height implements tlog.TileReader.
func (t tiles) Height() int { return tileHeight }

// ReadTiles implements tlog.TileReader. The paths of c2sp.org/tlog-tiles are those of tlog without the height.
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		var err error
		if data[i], err = t.log.Get(t.ctx, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// SaveTiles implements tlog.TileReader; nothing is kept.
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
