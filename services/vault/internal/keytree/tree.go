package keytree

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/google/uuid"
)

const (
	// KeySize is the size of a key in bytes.
	KeySize = 32
	// depth of the leaves.
	depth = 64
	// domain keeps the hashes of the tree apart from all others.
	domain = "pcc-key-tree/v1"
)

// node is the secret of a part of the tree.
type node struct {
	// first is the leftmost leaf below the node, level the node's distance from the root.
	first uint64
	level uint8
	key   [KeySize]byte
}

// covers reports whether a leaf is below n.
func (n node) covers(leaf uint64) bool {
	return leaf>>(depth-n.level) == n.first>>(depth-n.level) // a shift by 64 is 0 in Go: the root covers all
}

// children returns the two halves of n, which is no leaf.
func (n node) children() (left, right node) {
	half := uint64(1) << (depth - 1 - n.level)
	left = node{first: n.first, level: n.level + 1, key: step(n.key, 0)}
	right = node{first: n.first + half, level: n.level + 1, key: step(n.key, 1)}
	return left, right
}

func step(key [KeySize]byte, bit byte) [KeySize]byte {
	var input [len(domain) + 1 + KeySize]byte
	copy(input[:], domain)
	input[len(domain)] = bit
	copy(input[len(domain)+1:], key[:])
	return sha256.Sum256(input[:])
}

// tree is what is left of a tree: nodes in the order of their leaves, none below another.
type tree struct{ nodes []node }

// leafOf is the place of a name.
func leafOf(name uuid.UUID) uint64 {
	sum := sha256.Sum256(append([]byte(domain+"/name"), name[:]...))
	return binary.BigEndian.Uint64(sum[:])
}

// find returns the place of the node that covers a leaf, or false when its key is destroyed.
func (t *tree) find(leaf uint64) (int, bool) {
	after, _ := slices.BinarySearchFunc(t.nodes, leaf, func(n node, leaf uint64) int {
		if n.first <= leaf {
			return -1
		}
		return 1
	})
	return after - 1, after > 0 && t.nodes[after-1].covers(leaf)
}

// key returns the key of a leaf, or false when it is destroyed.
func (t *tree) key(leaf uint64) (key [KeySize]byte, ok bool) {
	i, ok := t.find(leaf)
	if !ok {
		return key, false
	}
	n := t.nodes[i]
	key = n.key
	for level := n.level; level < depth; level++ {
		key = step(key, byte(leaf>>(depth-1-level)&1))
	}
	return key, true
}

// destroy takes the key of a leaf out of the tree, and reports whether it was there.
func (t *tree) destroy(leaf uint64) bool {
	i, ok := t.find(leaf)
	if !ok {
		return false
	}
	var siblings []node
	for n := t.nodes[i]; n.level < depth; {
		left, right := n.children()
		if left.covers(leaf) {
			n, siblings = left, append(siblings, right)
		} else {
			n, siblings = right, append(siblings, left)
		}
	}
	slices.SortFunc(siblings, func(a, b node) int { return cmp.Compare(a.first, b.first) })
	t.nodes = slices.Replace(t.nodes, i, i+1, siblings...)
	return true
}
