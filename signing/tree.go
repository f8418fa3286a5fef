package signing

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// maxPath is the length of the longest audit path in a tree of MaxEvents leaves.
const maxPath = 10

// Tree is the Merkle tree (RFC 6962) over the events of one statement. A leaf's data is the SHA-256 of an event's bytes.
type Tree struct {
	// levels run from the leaves to the root; a last node without a partner rises as it is.
	levels [][]Hash
}

// NewTree makes the tree over the hashes of 1 to MaxEvents events. The error wraps ErrMalformed.
func NewTree(events []Hash) (Tree, error) {
	if len(events) == 0 || len(events) > MaxEvents {
		return Tree{}, fmt.Errorf("%w: a statement covers 1 to %d events", ErrMalformed, MaxEvents)
	}
	level := make([]Hash, len(events))
	for i, e := range events {
		level[i] = leafHash(e)
	}
	t := Tree{levels: [][]Hash{level}}
	for len(level) > 1 {
		above := make([]Hash, 0, (len(level)+1)/2)
		for pair := range slices.Chunk(level, 2) {
			node := pair[0]
			if len(pair) == 2 {
				node = nodeHash(pair[0], pair[1])
			}
			above = append(above, node)
		}
		level = above
		t.levels = append(t.levels, level)
	}
	return t, nil
}

// Root returns the root.
func (t Tree) Root() Hash { return t.levels[len(t.levels)-1][0] }

// Path returns the audit path of the event at index, from the leaf to the root; it is empty in a tree of one.
func (t Tree) Path(index int) []Hash {
	path := make([]Hash, 0, maxPath)
	for _, level := range t.levels[:len(t.levels)-1] {
		if sibling := index ^ 1; sibling < len(level) {
			path = append(path, level[sibling])
		}
		index /= 2
	}
	return path
}

// JoinPath writes an audit path as its hashes one after the other.
func JoinPath(path []Hash) []byte {
	joined := make([]byte, 0, len(path)*sha256.Size)
	for _, h := range path {
		joined = append(joined, h[:]...)
	}
	return joined
}

// SplitPath reads what JoinPath writes. The error wraps ErrMalformed.
func SplitPath(joined []byte) ([]Hash, error) {
	if len(joined)%sha256.Size != 0 || len(joined) > maxPath*sha256.Size {
		return nil, fmt.Errorf("%w: a path is at most %d hashes", ErrMalformed, maxPath)
	}
	path := make([]Hash, 0, len(joined)/sha256.Size)
	for h := range slices.Chunk(joined, sha256.Size) {
		path = append(path, Hash(h))
	}
	return path, nil
}

func leafHash(event Hash) Hash { return proof.LeafHash(event[:]) }

func nodeHash(left, right Hash) Hash {
	var data [1 + 2*sha256.Size]byte
	data[0] = 1
	copy(data[1:], left[:])
	copy(data[1+sha256.Size:], right[:])
	return sha256.Sum256(data[:])
}
