package daemon

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// tileHeight is that of the platform's tiles: 256 hashes.
const tileHeight = 8

// Prefix reads the tiles of the index that the platform shows; see [witness.Options]. Hashes that are not of the larger tree are an
// error.
func (s *source) Prefix(ctx context.Context, larger checkpoint.Checkpoint, size uint64) (root proof.Hash, path []proof.Hash, err error) {
	tree := tlog.Tree{N: int64(larger.Size), Hash: tlog.Hash(larger.Root)} // #nosec G115 -- at most 2^48
	hashes := tlog.TileHashReader(tree, &tiles{ctx, s.logs["anchor"]})
	beginning, err := tlog.TreeHash(int64(size), hashes) // #nosec G115 -- smaller
	if err != nil {
		return root, nil, fmt.Errorf("witness: root of the index at %d: %w", size, err)
	}
	way, err := tlog.ProveTree(tree.N, int64(size), hashes) // #nosec G115 -- smaller
	if err != nil {
		return root, nil, fmt.Errorf("witness: index from %d to %d: %w", size, larger.Size, err)
	}
	path = make([]proof.Hash, len(way))
	for i, h := range way {
		path[i] = proof.Hash(h)
	}
	return proof.Hash(beginning), path, nil
}

// tiles are those of the index, for the duration of one call.
type tiles struct {
	ctx context.Context
	log journalv1.LogServiceClient
}

// Height implements [tlog.TileReader].
func (*tiles) Height() int { return tileHeight }

// ReadTiles implements [tlog.TileReader].
func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(wanted))
	for i, tile := range wanted {
		req := &journalv1.GetTileRequest{Stream: keeper.Index, Level: int32(tile.L), Index: tile.N, Width: int32(tile.W)} // #nosec G115 -- small
		resp, err := t.log.GetTile(t.ctx, req)
		if err != nil {
			return nil, err
		}
		if read[i] = resp.GetHashes(); len(read[i]) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("witness: tile %s has %d bytes", tile.Path(), len(read[i]))
		}
	}
	return read, nil
}

// SaveTiles implements [tlog.TileReader].
func (*tiles) SaveTiles([]tlog.Tile, [][]byte) {}
