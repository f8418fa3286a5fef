package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// List is the state of an append-only list: enough to append to it and to know
// its head, at most 48 hashes however long it is. The zero value is the empty
// list. A List is a value: Append leaves its receiver as it was.
type List struct {
	count uint64
	// edge has the roots of the blocks of descending powers of two that the
	// list splits into, largest first: one for each bit of count that is 1.
	edge []Hash
}

// ListOf returns the list that a head is of, if that is whole. Of other lists a
// head says too little.
func ListOf(h Head) (l List, ok bool) {
	l = List{count: h.Count, edge: []Hash{h.Root}}
	return l, l.Whole()
}

// Whole reports whether the list is one block, whose root is the list's: its count
// is a power of two.
func (l List) Whole() bool { return bits.OnesCount64(l.count) == 1 }

// Append returns the list with the hashes at its end. A list longer than MaxCount
// is an error that wraps [ErrMalformed].
func (l List) Append(hashes ...Hash) (List, error) {
	if uint64(len(hashes)) > MaxCount-l.count {
		return l, fmt.Errorf("%w: %d hashes after %d", ErrMalformed, len(hashes), l.count)
	}
	edge := slices.Clone(l.edge)
	for _, h := range hashes {
		for range bits.TrailingZeros64(^l.count) {
			last := len(edge) - 1
			h = listNode(edge[last], h)
			edge = edge[:last]
		}
		edge = append(edge, h)
		l.count++
	}
	l.edge = edge
	return l, nil
}

// Count is the length of the list, in hashes.
func (l List) Count() uint64 { return l.count }

// Head returns the head. That of the empty list, whose count is 0, stands in no
// map.
func (l List) Head() Head {
	if l.count == 0 {
		return Head{Root: sha256.Sum256(nil)}
	}
	last := len(l.edge) - 1
	root := l.edge[last]
	for _, block := range slices.Backward(l.edge[:last]) {
		root = listNode(block, root)
	}
	return Head{Count: l.count, Root: root}
}

// Bytes encodes the state: 8 to 8 + 48*32 bytes.
func (l List) Bytes() []byte {
	b := make([]byte, 0, countBytes+len(l.edge)*sha256.Size)
	b = binary.BigEndian.AppendUint64(b, l.count)
	for _, block := range l.edge {
		b = append(b, block[:]...)
	}
	return b
}

// ParseList decodes a state. It accepts one encoding for each list, and cannot
// tell whether a list with these hashes exists: compare Head with the head that
// is known. The error wraps [ErrMalformed].
func ParseList(encoded []byte) (List, error) {
	if len(encoded) < countBytes {
		return List{}, fmt.Errorf("%w: a list of %d bytes", ErrMalformed, len(encoded))
	}
	l := List{count: binary.BigEndian.Uint64(encoded)}
	blocks := encoded[countBytes:]
	if l.count > MaxCount || len(blocks) != bits.OnesCount64(l.count)*sha256.Size {
		return List{}, fmt.Errorf("%w: a list with count %d in %d bytes", ErrMalformed, l.count, len(encoded))
	}
	l.edge = hashes(blocks)
	return l, nil
}

// VerifyList checks that these hashes, in this order, are exactly the list with
// the given head. The error wraps [ErrRefused].
func VerifyList(list []Hash, head Head) error {
	if uint64(len(list)) != head.Count {
		return fmt.Errorf("%w: %d hashes for a head with count %d", ErrRefused, len(list), head.Count)
	}
	whole, err := List{}.Append(list...)
	if err != nil {
		return err
	}
	if whole.Head() != head {
		return fmt.Errorf("%w: the list has another root", ErrRefused)
	}
	return nil
}

func listNode(left, right Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = prefixListNode
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// hashes cuts bytes, whose length is a multiple of a hash's, into hashes.
func hashes(b []byte) []Hash {
	cut := make([]Hash, 0, len(b)/sha256.Size)
	for chunk := range slices.Chunk(b, sha256.Size) {
		cut = append(cut, Hash(chunk))
	}
	return cut
}
