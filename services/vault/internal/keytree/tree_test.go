package keytree

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestDestroyingTakesOneKeyAway compares the tree with what its keys were before anything was destroyed.
func TestDestroyingTakesOneKeyAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := tree{nodes: []node{{key: [KeySize]byte{1}}}}
		left := tree{nodes: slices.Clone(whole.nodes)}
		leaves := rapid.SliceOfNDistinct(leaves(), 2, 12, rapid.ID).Draw(t, "leaves")
		gone := map[uint64]bool{}
		for _, leaf := range leaves[:rapid.IntRange(1, len(leaves)-1).Draw(t, "destroyed")] {
			if !left.destroy(leaf) || left.destroy(leaf) {
				t.Fatal("a key is not destroyed exactly once")
			}
			gone[leaf] = true
		}
		for _, leaf := range leaves {
			want, _ := whole.key(leaf)
			got, ok := left.key(leaf)
			if ok == gone[leaf] || ok && got != want {
				t.Fatalf("leaf %x: key %v, destroyed %v", leaf, ok, gone[leaf])
			}
		}
		checkNothingAbove(t, left, gone)
	})
}

// checkNothingAbove looks for a node from which a destroyed key could be derived, and for nodes below others.
func checkNothingAbove(t *rapid.T, left tree, gone map[uint64]bool) {
	for i, n := range left.nodes {
		for leaf := range gone {
			if n.covers(leaf) {
				t.Fatalf("the node %x/%d is above a destroyed leaf", n.first, n.level)
			}
		}
		if i > 0 && (left.nodes[i-1].first >= n.first || left.nodes[i-1].covers(n.first)) {
			t.Fatal("nodes overlap")
		}
	}
}

// leaves are often neighbours, whose ways part late.
func leaves() *rapid.Generator[uint64] {
	return rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 7), rapid.Uint64Range(^uint64(7), ^uint64(0)))
}
