package keytree

import "testing"

// BenchmarkKey derives a key of a whole tree, as most are.
func BenchmarkKey(b *testing.B) {
	t := tree{nodes: []node{{}}}
	for i := range uint64(b.N) {
		t.key(i)
	}
}
