package proof

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

var (
	// ErrMalformedLeaf says that bytes are not the frame of a leaf, or no entry.
	ErrMalformedLeaf = errors.New("proof: malformed leaf")
	// ErrRefused says that a proof does not prove what it is shown for.
	ErrRefused = errors.New("proof: refused")
)

// MaxSize bounds the size of a tree, in leaves. It is far above any journal and
// keeps every index computation away from the ends of int64.
const MaxSize = 1 << 48

// Hash is a SHA-256 value: a leaf hash, an interior hash or a root.
type Hash = [tlog.HashSize]byte

// LeafHash returns the RFC 6962 leaf hash of bytes. That of a journal's leaf is
// [Entry.Hash].
func LeafHash(data []byte) Hash {
	return Hash(tlog.RecordHash(data))
}

// VerifyInclusion checks that the leaf with the given hash is number seq,
// counted from zero, in the tree of size leaves with the given root. The path
// runs from the leaf to the root. The error wraps [ErrRefused].
func VerifyInclusion(path []Hash, seq, size uint64, leafHash, root Hash) error {
	if size > MaxSize || seq >= size {
		return fmt.Errorf("%w: entry %d of a tree of %d", ErrRefused, seq, size)
	}
	err := tlog.CheckRecord(toTlog(path), int64(size), tlog.Hash(root), int64(seq), tlog.Hash(leafHash))
	if err != nil {
		return fmt.Errorf("%w: inclusion of entry %d in a tree of %d: %w", ErrRefused, seq, size, err)
	}
	return nil
}

// VerifyConsistency checks that the tree of newSize leaves starts with exactly
// the oldSize leaves of the older one: nothing was changed, removed or put in
// between. An empty old tree proves nothing and is refused. The error wraps
// [ErrRefused].
func VerifyConsistency(path []Hash, oldSize, newSize uint64, oldRoot, newRoot Hash) error {
	if newSize > MaxSize || oldSize == 0 || oldSize > newSize {
		return fmt.Errorf("%w: sizes %d and %d", ErrRefused, oldSize, newSize)
	}
	err := tlog.CheckTree(toTlog(path), int64(newSize), tlog.Hash(newRoot), int64(oldSize), tlog.Hash(oldRoot))
	if err != nil {
		return fmt.Errorf("%w: consistency of sizes %d and %d: %w", ErrRefused, oldSize, newSize, err)
	}
	return nil
}

func toTlog(path []Hash) []tlog.Hash {
	hashes := make([]tlog.Hash, len(path))
	for i, h := range path {
		hashes[i] = tlog.Hash(h)
	}
	return hashes
}
