package model

import (
	"crypto/sha256"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const indexFormat = "pcc-index/v1"

// MaxIndexBytes bounds a canonical index: its lines, and a hash for each bit of a size.
const MaxIndexBytes = 4 << 10

// Index is the state of the index log after an epoch, as much of it as is needed
// to append the next: at most 64 hashes, however many epochs there are. The zero
// value is the empty log. An Index is a value: Append leaves its receiver as it was.
type Index struct {
	Origin string // of the log's checkpoints, that of the first note; empty in the empty log
	Size   uint64 // epochs

	// subtrees has the roots of the complete subtrees of descending size that the
	// log splits into: one for each bit of Size that is 1.
	subtrees []Hash
}

// Append returns the log with r at its end, if note is a checkpoint of it: of the
// same origin, any if r is the first epoch, of r's number as size, and of the root
// that the records give. Else it is an INDEX_MISMATCH. Signatures are not judged.
func (x Index) Append(r EpochRecord, note Note) (Index, error) {
	if r.Number-1 != x.Size {
		return Index{}, Errorf(ReasonIndexMismatch, "epoch %d does not follow an index of %d", r.Number, x.Size)
	}
	leaf, err := r.IndexLeaf()
	if err != nil {
		return Index{}, err
	}
	next := x.append(leaf)
	next.Origin = note.Origin
	switch {
	case x.Size > 0 && note.Origin != x.Origin:
		return Index{}, Errorf(ReasonIndexMismatch, "the note of epoch %d is of another origin than the notes before", r.Number)
	case note.Size != next.Size:
		return Index{}, Errorf(ReasonIndexMismatch, "the note of epoch %d is of size %d", r.Number, note.Size)
	case note.Root != next.Root():
		return Index{}, Errorf(ReasonIndexMismatch, "the note of epoch %d has another root than the records", r.Number)
	}
	return next, nil
}

func (x Index) append(leaf Hash) Index {
	subtrees := slices.Clone(x.subtrees)
	for range bits.TrailingZeros64(^x.Size) {
		last := len(subtrees) - 1
		leaf = nodeHash(subtrees[last], leaf)
		subtrees = subtrees[:last]
	}
	return Index{Origin: x.Origin, Size: x.Size + 1, subtrees: append(subtrees, leaf)}
}

// Root returns the RFC 6962 root.
func (x Index) Root() Hash {
	if x.Size == 0 {
		return sha256.Sum256(nil)
	}
	last := len(x.subtrees) - 1
	root := x.subtrees[last]
	for _, subtree := range slices.Backward(x.subtrees[:last]) {
		root = nodeHash(subtree, root)
	}
	return root
}

// Canonical returns the one encoding of an index that is not empty:
//
//	pcc-index/v1
//	<origin>
//	<size>
//	<root, base64>     (one line a subtree, largest first)
//
// The empty index is a MALFORMED_RECORD.
func (x Index) Canonical() ([]byte, error) {
	if err := x.validate(); err != nil {
		return nil, err
	}
	return x.encode(), nil
}

// ParseIndex decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseIndex(text []byte) (Index, error) {
	if len(text) > MaxIndexBytes {
		return Index{}, Errorf(ReasonMalformed, "index of %d bytes, at most %d are allowed", len(text), MaxIndexBytes)
	}
	l := canonical.Read(text)
	l.Literal(indexFormat)
	x := Index{Origin: l.Next("origin"), Size: l.Uint("size")}
	for range bits.OnesCount64(x.Size) {
		x.subtrees = append(x.subtrees, l.Digest("subtree"))
	}
	if err := l.Err(); err != nil {
		return Index{}, Errorf(ReasonMalformed, "%v", err)
	}
	if err := x.validate(); err != nil {
		return Index{}, err
	}
	if string(x.encode()) != string(text) {
		return Index{}, Errorf(ReasonMalformed, "index of %d epochs is not in canonical form", x.Size)
	}
	return x, nil
}

func (x Index) encode() []byte {
	var b strings.Builder
	b.WriteString(indexFormat + "\n" + x.Origin + "\n" + strconv.FormatUint(x.Size, 10) + "\n")
	for _, subtree := range x.subtrees {
		b.WriteString(subtree.base64() + "\n")
	}
	return []byte(b.String())
}

func (x Index) validate() error {
	if x.Size == 0 || !canonical.IsName(x.Origin, MaxKeyNameBytes, isKeyNameByte) {
		return Errorf(ReasonMalformed, "an index has epochs and the origin of a log")
	}
	return nil
}
