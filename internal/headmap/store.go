package headmap

import (
	"reflect"
	"slices"

	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// ref is the number of a node or, with leafBit, of an entry.
type ref uint32

const (
	leafBit ref = 1 << 31
	// pageSize fills whole pages of the allocator with nodes as with entries:
	// 11 and 18 times 8 KiB.
	pageBits = 11
	pageSize = 1 << pageBits
)

func (r ref) isLeaf() bool { return r&leafBit != 0 }

// node is a place where keys part.
type node struct {
	hash        proof.Hash
	zeros, ones ref
	// depth is the first bit in which the keys below differ.
	depth uint8
}

// pages is an append-only sequence of fixed values without pointers.
type pages[T any] struct {
	all  []*[pageSize]T
	used ref
}

func (p *pages[T]) at(i ref) *T { return &p.all[i>>pageBits][i%pageSize] }

func (p *pages[T]) add(v T) ref {
	if int(p.used>>pageBits) == len(p.all) {
		p.all = append(p.all, new([pageSize]T))
	}
	i := p.used
	p.used++
	*p.at(i) = v
	return i
}

// detach makes the next value go to a fresh page and the list of pages to fresh
// memory: what is behind used may belong to somebody else.
func (p *pages[T]) detach() {
	p.all = slices.Clip(p.all)
	p.used = ref(len(p.all)) * pageSize
}

func (p *pages[T]) bytes() int {
	return len(p.all) * pageSize * int(reflect.TypeFor[T]().Size())
}

// store holds nodes and entries. A copy of a store has the same content, and only
// one of the copies may be added to without detaching.
type store struct {
	nodes   pages[node]
	entries pages[proof.Entry]
}

func (s *store) node(r ref) *node         { return s.nodes.at(r) }
func (s *store) entry(r ref) *proof.Entry { return s.entries.at(r &^ leafBit) }

func (s *store) addEntry(e *proof.Entry) ref { return s.entries.add(*e) | leafBit }

func (s *store) addNode(depth int, zeros, ones ref) ref {
	left, right := s.hash(zeros), s.hash(ones)
	return s.nodes.add(node{
		hash:  proof.NodeHash(uint8(depth), &left, &right),
		zeros: zeros,
		ones:  ones,
		depth: uint8(depth),
	})
}

func (s *store) hash(r ref) proof.Hash {
	if r.isLeaf() {
		return proof.LeafHash(s.entry(r))
	}
	return s.node(r).hash
}

// depth returns the first bit in which the keys below r differ; for one key, the
// number of bits of a key.
func (s *store) depth(r ref) int {
	if r.isLeaf() {
		return proof.KeyBits
	}
	return int(s.node(r).depth)
}

// first returns the first entry below r.
func (s *store) first(r ref) *proof.Entry {
	for !r.isLeaf() {
		r = s.node(r).zeros
	}
	return s.entry(r)
}

// copyFrom copies what is at and below r in another store, in the order of keys.
func (s *store) copyFrom(other *store, r ref) ref {
	if r.isLeaf() {
		return s.addEntry(other.entry(r))
	}
	n := *other.node(r)
	n.zeros = s.copyFrom(other, n.zeros)
	n.ones = s.copyFrom(other, n.ones)
	return s.nodes.add(n)
}
