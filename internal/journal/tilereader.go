package journal

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"
)

// errReadTiles marks a failed query inside tlog's callbacks, which otherwise
// could not be told from a damaged tree.
var errReadTiles = errors.New("journal: read tiles")

// tileReader gives tlog the tiles of one stream for the duration of one call,
// which is why it may hold that call's context: tlog's interface passes none.
type tileReader struct {
	ctx    context.Context
	q      Querier
	stream string
	// known keeps tiles that tlog has authenticated.
	known map[tlog.Tile][]byte
}

// Height implements [tlog.TileReader].
func (r *tileReader) Height() int { return tileHeight }

// ReadTiles implements [tlog.TileReader]. A stored tile may have grown since
// the checkpoint in question; its beginning is the tile asked for.
func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	stored, err := r.query(tiles)
	if err != nil {
		return nil, err
	}
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		if data[i] = r.known[t]; data[i] != nil {
			continue
		}
		full := stored[place{t.L, t.N}]
		if len(full) < t.W*tlog.HashSize {
			return nil, fmt.Errorf("%w: tile %s", ErrCorrupt, t.Path())
		}
		data[i] = full[:t.W*tlog.HashSize]
	}
	return data, nil
}

// SaveTiles implements [tlog.TileReader].
func (r *tileReader) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, t := range tiles {
		r.known[t] = data[i]
	}
}

// place is where a tile is stored, whatever its width.
type place struct {
	level int
	idx   int64
}

// query reads the tiles not yet known, in one round trip. tlog asks for at most
// two tiles a level for each proof.
func (r *tileReader) query(tiles []tlog.Tile) (map[place][]byte, error) {
	const query = `
		SELECT t.level, t.idx, t.data
		FROM unnest($2::smallint[], $3::bigint[]) AS asked(level, idx)
		JOIN journal_tile t ON t.stream = $1 AND t.level = asked.level AND t.idx = asked.idx`
	var levels []int16
	var indexes []int64
	for _, t := range tiles {
		if r.known[t] == nil {
			levels, indexes = append(levels, int16(t.L)), append(indexes, t.N)
		}
	}
	if len(levels) == 0 {
		return nil, nil
	}
	rows, err := r.q.Query(r.ctx, query, r.stream, levels, indexes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errReadTiles, err)
	}
	stored := make(map[place][]byte, len(levels))
	var at place
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&at.level, &at.idx, &data}, func() error {
		stored[at], data = data, nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errReadTiles, err)
	}
	return stored, nil
}
