package headmap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"math/bits"

	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// Build makes a map of entries that come in strictly ascending order of keys, in
// one pass and with no memory beside the map's: the cold start from a table. An
// error that comes with an entry ends it and is returned; entries that are not
// valid or not in order are an error that wraps [ErrInvalid].
func Build(entries iter.Seq2[proof.Entry, error]) (*Map, error) {
	m := New()
	b := builder{store: &m.store}
	for e, err := range entries {
		if err != nil {
			return nil, fmt.Errorf("headmap: build: %w", err)
		}
		if m.keys > 0 && bytes.Compare(b.last[:], e.Key[:]) >= 0 {
			return nil, fmt.Errorf("%w: keys do not ascend", ErrInvalid)
		}
		if m.keys++; m.keys > MaxKeys {
			return nil, fmt.Errorf("%w: more than %d keys", ErrInvalid, MaxKeys)
		}
		if err := e.Head.Validate(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		b.add(&e)
	}
	if m.keys > 0 {
		m.top = b.finish()
	}
	return m, nil
}

// builder makes a subtree of entries in ascending order of keys. It writes every
// node once, when the last key below it is known, and keeps those that wait for
// their ones: the right edge of the subtree.
type builder struct {
	store *store
	edge  []waiting // ascending in depth
	// top is the subtree of the keys since the deepest waiting node.
	top     ref
	last    proof.Key
	started bool
}

// waiting is a node without its ones.
type waiting struct {
	depth int
	zeros ref
}

func (b *builder) add(e *proof.Entry) {
	if b.started {
		depth := commonBits(&b.last, &e.Key)
		b.close(depth)
		b.edge = append(b.edge, waiting{depth, b.top})
	}
	b.top, b.last, b.started = b.store.addEntry(e), e.Key, true
}

// close makes the nodes deeper than depth.
func (b *builder) close(depth int) {
	for last := len(b.edge) - 1; last >= 0 && b.edge[last].depth > depth; last-- {
		b.top = b.store.addNode(b.edge[last].depth, b.edge[last].zeros, b.top)
		b.edge = b.edge[:last]
	}
}

// finish returns the subtree and makes the builder ready for another.
func (b *builder) finish() ref {
	b.close(-1)
	b.started = false
	return b.top
}

// commonBits returns how many leading bits two keys share.
func commonBits(a, b *proof.Key) int {
	const word = 64
	for i := 0; i < proof.KeyBytes; i += word / 8 {
		differ := binary.BigEndian.Uint64(a[i:]) ^ binary.BigEndian.Uint64(b[i:])
		if differ != 0 {
			return i*8 + bits.LeadingZeros64(differ)
		}
	}
	return proof.KeyBits
}
