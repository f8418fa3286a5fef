package headmap

import (
	"errors"
	"iter"
	"sync/atomic"

	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

var (
	// ErrInvalid says that entries are not what a map can be made of: an invalid
	// head, a key twice, keys out of order, or too many.
	ErrInvalid = errors.New("headmap: invalid entries")
	// ErrNotLonger says that a head would replace one of a list that is not
	// shorter.
	ErrNotLonger = errors.New("headmap: head is not of a longer list")
)

// MaxKeys bounds a map. What is live and what is dead of so many, before and
// after a batch, has numbers that fit a ref.
const MaxKeys = 1 << 28

// Map is one version of the map. It never changes. Its methods may be called
// concurrently.
type Map struct {
	store store
	top   ref // meaningless without keys
	keys  int
	// extended is set by the first who writes behind this version.
	extended atomic.Bool
}

// New returns the empty map.
func New() *Map { return &Map{} }

// Len returns the number of keys.
func (m *Map) Len() int { return m.keys }

// Bytes returns how much memory the version and those that share its pages
// occupy, in bytes.
func (m *Map) Bytes() int {
	return m.store.nodes.bytes() + m.store.entries.bytes()
}

// Root returns the hash that commits to every key and head.
func (m *Map) Root() proof.Hash {
	if m.keys == 0 {
		return proof.EmptyRoot()
	}
	return m.store.hash(m.top)
}

// Get returns the head of a key, if the map has one.
func (m *Map) Get(key proof.Key) (proof.Head, bool) {
	if m.keys == 0 {
		return proof.Head{}, false
	}
	e := m.store.entry(m.walk(key, func(*node, ref) {}))
	if e.Key != key {
		return proof.Head{}, false
	}
	return e.Head, true
}

// Prove returns the proof of what Get says: of inclusion if the map has the key,
// otherwise of non-inclusion.
func (m *Map) Prove(key proof.Key) []byte {
	if m.keys == 0 {
		return proof.EncodeEmptyMap()
	}
	var path proof.Path
	e := m.store.entry(m.walk(key, func(n *node, sibling ref) {
		path.Descend(n.depth, m.store.hash(sibling))
	}))
	if e.Key != key {
		return proof.EncodeNonInclusion(e, &path)
	}
	return proof.EncodeInclusion(&path)
}

// walk goes from the root to the one entry that a key may be in, and reports
// every node with the child that it does not take.
func (m *Map) walk(key proof.Key, passed func(n *node, sibling ref)) ref {
	at := m.top
	for !at.isLeaf() {
		n := m.store.node(at)
		if key.Bit(int(n.depth)) == 0 {
			at = n.zeros
			passed(n, n.ones)
		} else {
			at = n.ones
			passed(n, n.zeros)
		}
	}
	return at
}

// All yields every entry, in ascending order of keys: what [Build] takes.
func (m *Map) All() iter.Seq[proof.Entry] {
	return func(yield func(proof.Entry) bool) {
		if m.keys > 0 {
			m.each(m.top, yield)
		}
	}
}

func (m *Map) each(r ref, yield func(proof.Entry) bool) bool {
	if r.isLeaf() {
		return yield(*m.store.entry(r))
	}
	n := m.store.node(r)
	return m.each(n.zeros, yield) && m.each(n.ones, yield)
}
