package journal

import (
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	// maxLevels covers every tree a bigint can count.
	maxLevels = 8
)

// tile is one row of journal_tile.
type tile struct {
	level int
	idx   int64
	data  []byte
}

// edge is the unfinished tile at the right end of one level: what an append
// continues. An edge without data is a tile not begun.
type edge struct {
	idx  int64
	data []byte
}

// tree is the part of a Merkle tree that appending needs: its size and the
// right edge of every level. Memory is at most maxLevels tiles.
type tree struct {
	size  int64
	edges [maxLevels]edge
}

// loadTree rebuilds the right edge from the last tile of every level and
// compares each with the size, so that a missing or short tile is found before
// anything is built on it.
func loadTree(size int64, last []tile) (*tree, error) {
	t := &tree{size: size}
	for _, tl := range last {
		if tl.level < 0 || tl.level >= maxLevels || len(tl.data)%tlog.HashSize != 0 {
			return nil, fmt.Errorf("%w: tile at level %d", ErrCorrupt, tl.level)
		}
		if len(tl.data) == tileWidth*tlog.HashSize {
			tl.idx, tl.data = tl.idx+1, nil
		}
		t.edges[tl.level] = edge{idx: tl.idx, data: tl.data}
	}
	for level, e := range t.edges {
		stored := e.idx*tileWidth + int64(len(e.data)/tlog.HashSize)
		if stored != size>>(tileHeight*level) {
			return nil, fmt.Errorf("%w: level %d has %d hashes in a tree of %d", ErrCorrupt, level, stored, size)
		}
	}
	return t, nil
}

// append adds leaf hashes and returns the tiles that are new or have grown,
// each once, in its final form.
func (t *tree) append(hashes []tlog.Hash) []tile {
	t.size += int64(len(hashes))
	return t.appendLevel(0, hashes, nil)
}

func (t *tree) appendLevel(level int, hashes []tlog.Hash, changed []tile) []tile {
	if len(hashes) == 0 {
		return changed
	}
	e := &t.edges[level]
	var parents []tlog.Hash
	for _, h := range hashes {
		e.data = append(e.data, h[:]...)
		if len(e.data) == tileWidth*tlog.HashSize {
			changed = append(changed, tile{level, e.idx, e.data})
			parents = append(parents, rootOfFullTile(e.data))
			*e = edge{idx: e.idx + 1}
		}
	}
	if len(e.data) > 0 {
		changed = append(changed, tile{level, e.idx, slices.Clone(e.data)})
	}
	return t.appendLevel(level+1, parents, changed)
}

// root returns the RFC 6962 root of the tree. Every complete subtree that the
// root is made of lies in the right edge.
func (t *tree) root() (tlog.Hash, error) {
	return tlog.TreeHash(t.size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			place := tlog.TileForIndex(tileHeight, index)
			e := t.edges[place.L]
			if e.idx != place.N {
				return nil, fmt.Errorf("%w: hash %d is not on the right edge", ErrCorrupt, index)
			}
			h, err := tlog.HashFromTile(place, e.data, index)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
			}
			hashes[i] = h
		}
		return hashes, nil
	}))
}

func rootOfFullTile(data []byte) tlog.Hash {
	level := make([]tlog.Hash, tileWidth)
	for i := range level {
		copy(level[i][:], data[i*tlog.HashSize:])
	}
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}
