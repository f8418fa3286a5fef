package proof

import (
	"crypto/sha256"
	"fmt"

	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
)

const (
	// EntryVersion is the first byte of every entry. A frame begins with
	// FrameVersion, so the two are never taken for each other.
	EntryVersion = 2
	// EntryBytes is the length of an entry.
	EntryBytes = 1 + headmap.KeyBytes + sha256.Size
)

// Key names the list that an entry belongs to: it is the key under which the map
// of completeness has the list's head. The zero Key is that of entries which are
// in no list.
type Key = headmap.Key

// Entry is what a stream's tree and the lists are made of. It tells nothing of
// the leaf but which list it is in.
type Entry struct {
	// Key names the list.
	Key Key
	// Commitment is the hash of the leaf's frame, see [Commit].
	Commitment Hash
}

// Commit returns the commitment to a leaf: the SHA-256 of its frame.
func Commit(frame []byte) Hash { return sha256.Sum256(frame) }

// EntryOf returns the entry of a framed leaf in the list with the given key.
func EntryOf(key Key, frame []byte) Entry {
	return Entry{Key: key, Commitment: Commit(frame)}
}

// Bytes encodes the entry in EntryBytes:
//
//	version (1 byte) | key (32) | commitment (32)
func (e Entry) Bytes() []byte {
	b := make([]byte, 0, EntryBytes)
	b = append(b, EntryVersion)
	b = append(b, e.Key[:]...)
	return append(b, e.Commitment[:]...)
}

// Hash returns the leaf hash: the RFC 6962 hash of the entry's bytes.
func (e Entry) Hash() Hash { return LeafHash(e.Bytes()) }

// ParseEntry decodes an entry and accepts only what [Entry.Bytes] makes. The
// error wraps [ErrMalformedLeaf].
func ParseEntry(encoded []byte) (Entry, error) {
	if len(encoded) != EntryBytes {
		return Entry{}, fmt.Errorf("%w: an entry of %d bytes", ErrMalformedLeaf, len(encoded))
	}
	if encoded[0] != EntryVersion {
		return Entry{}, fmt.Errorf("%w: an entry of version %d", ErrMalformedLeaf, encoded[0])
	}
	rest := encoded[1:]
	return Entry{Key: Key(rest[:headmap.KeyBytes]), Commitment: Hash(rest[headmap.KeyBytes:])}, nil
}
