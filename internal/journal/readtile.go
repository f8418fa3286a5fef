package journal

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// TileWidth is the number of hashes in a full tile.
const TileWidth = tileWidth

// maxTiles bounds the tiles of one level.
const maxTiles = proof.MaxSize / TileWidth

// ReadTile returns the first width hashes of a tile, 32 bytes each: the full tile for a width of [TileWidth], a partial one
// for less. A tile that has grown since still begins with every partial tile that it was. What is returned is as stored;
// whoever has a checkpoint finds out whether it hashes to it.
//
// Errors: [ErrInvalid] for a place that no stream can have, [ErrNotFound] when the stream has fewer hashes there.
func ReadTile(ctx context.Context, q Querier, stream string, level int, index int64, width int) ([]byte, error) {
	const query = `
		SELECT substring(data FROM 1 FOR $4) FROM journal_tile
		WHERE stream = $1 AND level = $2 AND idx = $3 AND octet_length(data) >= $4`
	if err := checkStream(stream); err != nil {
		return nil, err
	}
	if level < 0 || level >= maxLevels || index < 0 || index >= maxTiles || width < 1 || width > TileWidth {
		return nil, fmt.Errorf("%w: tile %d/%d of width %d", ErrInvalid, level, index, width)
	}
	tiles, err := collect(ctx, q, pgx.RowTo[[]byte], query, stream, level, index, width*tlog.HashSize)
	if err != nil {
		return nil, err
	}
	if len(tiles) == 0 {
		return nil, fmt.Errorf("%w: tile %d/%d of width %d of stream %q", ErrNotFound, level, index, width, stream)
	}
	return tiles[0], nil
}
