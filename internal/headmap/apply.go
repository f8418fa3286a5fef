package headmap

import (
	"bytes"
	"fmt"
	"slices"
	"sort"

	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// deadShare bounds what a version carries along of its predecessors: at most one
// node or entry for so many live ones. Copying these costs about a fifth of the
// hashing that left so many dead ones.
const deadShare = 2

// Apply returns the version in which the keys of the batch have these heads and
// all others the ones that they had. The batch may be in any order and is not
// changed. The same head again is no change.
//
// A key twice, an invalid head or too many keys is an error that wraps
// [ErrInvalid]; a head that replaces one of a list that is not shorter, an error
// that wraps [ErrNotLonger].
func (m *Map) Apply(batch []proof.Entry) (*Map, error) {
	if len(batch) == 0 {
		return m, nil
	}
	batch, err := m.check(batch)
	if err != nil {
		return nil, err
	}
	next := &Map{store: m.extend(), keys: m.keys}
	e := editor{store: &next.store, builder: builder{store: &next.store}}
	if m.keys == 0 {
		next.top = e.fresh(batch)
	} else {
		next.top = e.merge(m.top, batch)
	}
	if e.err != nil {
		return nil, e.err
	}
	next.keys += e.added
	next.compact()
	return next, nil
}

// check returns the batch in ascending order of keys.
func (m *Map) check(batch []proof.Entry) ([]proof.Entry, error) {
	if len(batch) > MaxKeys-m.keys {
		return nil, fmt.Errorf("%w: %d after %d keys", ErrInvalid, len(batch), m.keys)
	}
	if !slices.IsSortedFunc(batch, byKey) {
		batch = slices.SortedFunc(slices.Values(batch), byKey)
	}
	for i := range batch {
		if err := batch[i].Head.Validate(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		if i > 0 && batch[i-1].Key == batch[i].Key {
			return nil, fmt.Errorf("%w: a key twice", ErrInvalid)
		}
	}
	return batch, nil
}

func byKey(a, b proof.Entry) int { return bytes.Compare(a.Key[:], b.Key[:]) }

// extend returns the store for a successor. The first one writes where this
// version ends; the others, on pages of their own.
func (m *Map) extend() store {
	s := m.store
	if m.extended.Swap(true) {
		s.nodes.detach()
		s.entries.detach()
	}
	return s
}

// compact moves a version to pages of its own if it carries too much that is dead.
func (m *Map) compact() {
	dead := int(m.store.nodes.used) + int(m.store.entries.used) - 2*m.keys
	if dead < 2*m.keys/deadShare+2*pageSize {
		return
	}
	var own store
	m.top = own.copyFrom(&m.store, m.top)
	m.store = own
}

// editor writes the nodes of a new version behind those of its predecessor.
type editor struct {
	*store
	builder builder
	added   int
	err     error
}

// merge returns the subtree at and below a ref with the heads of the batch, whose
// keys ascend. All keys, there and in the batch, are the same in the bits above.
func (e *editor) merge(at ref, batch []proof.Entry) ref {
	if len(batch) == 0 {
		return at
	}
	// The keys that part earliest from those below are the first or the last.
	resident := &e.first(at).Key
	parting := min(commonBits(resident, &batch[0].Key), commonBits(resident, &batch[len(batch)-1].Key))
	depth := e.depth(at)
	switch {
	case parting < depth:
		zeros, ones := split(batch, parting)
		if resident.Bit(parting) == 0 {
			return e.addNode(parting, e.merge(at, zeros), e.fresh(ones))
		}
		return e.addNode(parting, e.fresh(zeros), e.merge(at, ones))
	case at.isLeaf():
		return e.replace(at, &batch[0])
	default:
		n := e.node(at)
		zeros, ones := split(batch, depth)
		left, right := e.merge(n.zeros, zeros), e.merge(n.ones, ones)
		if left == n.zeros && right == n.ones {
			return at
		}
		return e.addNode(depth, left, right)
	}
}

// fresh returns a subtree of new keys, which ascend.
func (e *editor) fresh(batch []proof.Entry) ref {
	for i := range batch {
		e.builder.add(&batch[i])
	}
	e.added += len(batch)
	return e.builder.finish()
}

func (e *editor) replace(at ref, successor *proof.Entry) ref {
	old := e.entry(at).Head
	if old == successor.Head {
		return at
	}
	if successor.Head.Count <= old.Count {
		e.err = fmt.Errorf("%w: %d after %d", ErrNotLonger, successor.Head.Count, old.Count)
	}
	return e.addEntry(successor)
}

// split cuts a batch whose keys are the same in the bits above depth.
func split(batch []proof.Entry, depth int) (zeros, ones []proof.Entry) {
	i := sort.Search(len(batch), func(i int) bool { return batch[i].Key.Bit(depth) == 1 })
	return batch[:i], batch[i:]
}
