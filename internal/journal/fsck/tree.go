package fsck

import (
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	// maxLevels is the number of levels that a journal may store.
	maxLevels = 8
)

// slot is a hash that may be unknown.
type slot struct {
	hash  journal.Hash
	known bool
}

// frontier computes the root of a growing tree: the roots of its complete
// subtrees from left to right, each higher than the next. At most 64.
type frontier []subtree

type subtree struct {
	height int
	root   tlog.Hash
}

// add appends a complete subtree; those before it are not lower than height.
func (f *frontier) add(height int, root journal.Hash) {
	s := subtree{height, tlog.Hash(root)}
	for n := len(*f); n > 0 && (*f)[n-1].height == s.height; n-- {
		s = subtree{s.height + 1, tlog.NodeHash((*f)[n-1].root, s.root)}
		*f = (*f)[:n-1]
	}
	*f = append(*f, s)
}

// root is that of the tree so far, which is not empty.
func (f frontier) root() journal.Hash {
	root := f[len(f)-1].root
	for _, s := range slices.Backward(f[:len(f)-1]) {
		root = tlog.NodeHash(s.root, root)
	}
	return journal.Hash(root)
}

// rootAfter is the root with further leaves.
func (f frontier) rootAfter(leaves []slot) journal.Hash {
	grown := slices.Clone(f)
	for _, l := range leaves {
		grown.add(0, l.hash)
	}
	return grown.root()
}

// tileRoot is the root of a full tile, unknown when one of its hashes is.
func tileRoot(full []slot) slot {
	var f frontier
	if !whole(full) {
		return slot{}
	}
	return slot{f.rootAfter(full), true}
}

func whole(slots []slot) bool {
	return !slices.ContainsFunc(slots, func(s slot) bool { return !s.known })
}
