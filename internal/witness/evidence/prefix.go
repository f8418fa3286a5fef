package evidence

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// PrefixRoot returns the root of the first from leaves of the tree of to leaves, as a consistency proof shows it: ok means
// that the proof leads to the root of the larger tree, whatever the smaller one was said to be. If from is a power of two,
// the proof takes the smaller root as given instead of showing it, and ok is false; so it is for a proof of anything else.
func PrefixRoot(path []proof.Hash, from, to uint64, root proof.Hash) (prefix proof.Hash, ok bool) {
	if from == 0 || from >= to || to > proof.MaxSize || len(path) == 0 || bits.OnesCount64(from) == 1 {
		return prefix, false
	}
	// The walk from the last node that both trees share up to both roots; RFC 9162, section 2.1.4.2.
	node, last := from-1, to-1
	shared := bits.TrailingZeros64(from)
	node, last = node>>shared, last>>shared
	small, large := path[0], path[0]
	for _, h := range path[1:] {
		if last == 0 {
			return prefix, false
		}
		if node&1 == 1 || node == last {
			small, large = interior(h, small), interior(h, large)
			up := bits.TrailingZeros64(node)
			node, last = node>>up, last>>up
		} else {
			large = interior(large, h)
		}
		node, last = node>>1, last>>1
	}
	return small, last == 0 && large == root
}

func interior(left, right proof.Hash) proof.Hash {
	return proof.Hash(tlog.NodeHash(tlog.Hash(left), tlog.Hash(right)))
}
