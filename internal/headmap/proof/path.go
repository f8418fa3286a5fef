package proof

import (
	"crypto/sha256"
	"fmt"
	"math/bits"
	"slices"
)

// Path is the way between a leaf and the root of a map. The zero value is that
// of a map with one key.
type Path struct {
	// branches has bit d set if the path passes a node of depth d.
	branches Key
	// siblings are the other children of these nodes, from the root to the leaf.
	siblings []Hash
}

// Descend adds a node: its depth, greater than those before, and the hash of the
// child that the path does not take.
func (p *Path) Descend(depth uint8, sibling Hash) {
	p.branches[depth/8] |= 0x80 >> (depth % 8)
	p.siblings = append(p.siblings, sibling)
}

// root returns the root of a map in which the path of key ends at a leaf with
// the given hash.
func (p *Path) root(key Key, leaf Hash) Hash {
	h, above := leaf, p.siblings
	for d := KeyBits - 1; len(above) > 0; d-- {
		if p.branches.Bit(d) == 0 {
			continue
		}
		last := len(above) - 1
		if key.Bit(d) == 0 {
			h = NodeHash(uint8(d), &h, &above[last])
		} else {
			h = NodeHash(uint8(d), &above[last], &h)
		}
		above = above[:last]
	}
	return h
}

// passes reports whether two keys take the same side at every node of the path.
func (p *Path) passes(a, b Key) bool {
	for i, branches := range p.branches {
		if (a[i]^b[i])&branches != 0 {
			return false
		}
	}
	return true
}

func (p *Path) appendTo(b []byte) []byte {
	m := KeyBytes
	for m > 0 && p.branches[m-1] == 0 {
		m--
	}
	b = append(b, byte(m))
	b = append(b, p.branches[:m]...)
	for _, sibling := range slices.Backward(p.siblings) {
		b = append(b, sibling[:]...)
	}
	return b
}

func parsePath(encoded []byte) (Path, error) {
	var p Path
	if len(encoded) == 0 {
		return p, fmt.Errorf("%w: no path", ErrMalformed)
	}
	m, rest := int(encoded[0]), encoded[1:]
	if m > KeyBytes || len(rest) < m {
		return p, fmt.Errorf("%w: a path with %d bytes of branches", ErrMalformed, m)
	}
	if m > 0 && rest[m-1] == 0 {
		return p, fmt.Errorf("%w: branches end in a zero byte", ErrMalformed)
	}
	rest = rest[copy(p.branches[:], rest[:m]):]
	nodes := 0
	for _, b := range p.branches {
		nodes += bits.OnesCount8(b)
	}
	if len(rest) != nodes*sha256.Size {
		return p, fmt.Errorf("%w: %d bytes of siblings for %d nodes", ErrMalformed, len(rest), nodes)
	}
	p.siblings = hashes(rest)
	slices.Reverse(p.siblings)
	return p, nil
}
