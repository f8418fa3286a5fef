package signing

import (
	"crypto/sha256"
	"fmt"
	"slices"
)

// maxPath is the length of the longest audit path in a tree of MaxEvents leaves.
const maxPath = 10

// Tree is the Merkle tree (RFC 6962) over the events of one statement. A leaf's data is the SHA-256 of an event's bytes. A
// tree that was made from a Part knows the events of that part, and of the others what their audit paths take.
type Tree struct {
	// events are the hashes of the events, levels run from the leaves to the root; a last node without a partner rises as it
	// is. What is not known is zero.
	events []Hash
	levels [][]Hash
}

// NewTree makes the tree over the hashes of 1 to MaxEvents events. The error wraps ErrMalformed.
func NewTree(events []Hash) (Tree, error) { return Whole(events).Tree(len(events)) }

// Root returns the root.
func (t Tree) Root() Hash { return t.levels[len(t.levels)-1][0] }

// Path returns the audit path of the event at index, which the tree knows, from the leaf to the root; it is empty in a tree
// of one.
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

// Part returns what the root follows from with the events at indexes, which ascend and which the tree knows.
func (t Tree) Part(indexes []int) Part {
	p := Part{Indexes: indexes, Events: make([]Hash, len(indexes))}
	for i, index := range indexes {
		p.Events[i] = t.events[index]
	}
	t.visit(indexes, func(level, i int) { p.Beside = append(p.Beside, t.levels[level][i]) }, func(int, int) {})
	return p
}

// visit goes through the nodes above the events at indexes, from left to right, and calls beside for each greatest subtree
// that has none of them, join for each other node after those below it.
func (t Tree) visit(indexes []int, beside, join func(level, i int)) {
	var node func(level, i int)
	node = func(level, i int) {
		if len(indexes) == 0 || indexes[0] >= (i+1)<<level {
			beside(level, i)
			return
		}
		if level == 0 {
			indexes = indexes[1:]
		} else {
			node(level-1, 2*i)
			if 2*i+1 < len(t.levels[level-1]) {
				node(level-1, 2*i+1)
			}
		}
		join(level, i)
	}
	node(len(t.levels)-1, 0)
}

// newTree returns a tree over count events that knows none of them.
func newTree(count int) Tree {
	const levels = maxPath + 1
	t := Tree{events: make([]Hash, count), levels: make([][]Hash, 0, levels)}
	nodes := make([]Hash, 2*count+levels) // each level has half of those below it, and one more where they are odd
	for {
		t.levels, nodes = append(t.levels, nodes[:count:count]), nodes[count:]
		if count == 1 {
			return t
		}
		count = (count + 1) / 2
	}
}

// join makes a node of what is below it.
func (t Tree) join(level, i int) {
	node := &t.levels[level][i]
	switch {
	case level == 0:
		*node = leafHash(t.events[i])
	case 2*i+1 < len(t.levels[level-1]):
		*node = nodeHash(t.levels[level-1][2*i], t.levels[level-1][2*i+1])
	default:
		*node = t.levels[level-1][2*i]
	}
}

// JoinHashes writes hashes one after the other.
func JoinHashes(hashes []Hash) []byte {
	joined := make([]byte, 0, len(hashes)*sha256.Size)
	for _, h := range hashes {
		joined = append(joined, h[:]...)
	}
	return joined
}

// SplitHashes reads what JoinHashes writes, at most MaxEvents of them. The error wraps ErrMalformed.
func SplitHashes(joined []byte) ([]Hash, error) {
	if len(joined)%sha256.Size != 0 || len(joined) > MaxEvents*sha256.Size {
		return nil, fmt.Errorf("%w: %d bytes are not at most %d hashes", ErrMalformed, len(joined), MaxEvents)
	}
	hashes := make([]Hash, 0, len(joined)/sha256.Size)
	for h := range slices.Chunk(joined, sha256.Size) {
		hashes = append(hashes, Hash(h))
	}
	return hashes, nil
}

func leafHash(event Hash) Hash {
	var data [1 + sha256.Size]byte
	copy(data[1:], event[:])
	return sha256.Sum256(data[:])
}

func nodeHash(left, right Hash) Hash {
	var data [1 + 2*sha256.Size]byte
	data[0] = 1
	copy(data[1:], left[:])
	copy(data[1+sha256.Size:], right[:])
	return sha256.Sum256(data[:])
}
