package proof

import "crypto/sha256"

// First bytes of what is hashed. 0x00 and 0x01 are RFC 6962's; 0x00 makes the
// leaf hashes that lists hold and is not used here.
const (
	prefixListNode = 0x01
	prefixEmpty    = 0x02
	prefixLeaf     = 0x03
	prefixNode     = 0x04
)

const (
	// KeyBytes is the length of a key.
	KeyBytes = 32
	// KeyBits is the number of bits of a key; a node's depth is less.
	KeyBits = 8 * KeyBytes
)

// Key is what a map gives a head to. Keys are hashes, so that nobody can choose
// many with the same first bits and make paths long.
type Key [KeyBytes]byte

// Bit returns bit i, 0 to KeyBits-1, counted from the most significant one.
func (k *Key) Bit(i int) byte {
	return k[i/8] >> (7 - i%8) & 1
}

// Entry is a key with its head.
type Entry struct {
	Key  Key
	Head Head
}

// EmptyRoot is the root of the map without keys.
func EmptyRoot() Hash {
	return sha256.Sum256([]byte{prefixEmpty})
}

// LeafHash is the root of the map with this one key.
func LeafHash(e *Entry) Hash {
	b := make([]byte, 0, 1+KeyBytes+HeadBytes)
	b = append(b, prefixLeaf)
	b = append(b, e.Key[:]...)
	return sha256.Sum256(e.Head.appendTo(b))
}

// NodeHash is the root of a map whose keys differ first in bit depth: zeros is
// the root of those in which it is 0, ones that of the others.
func NodeHash(depth uint8, zeros, ones *Hash) Hash {
	var b [2 + 2*sha256.Size]byte
	b[0], b[1] = prefixNode, depth
	copy(b[2:], zeros[:])
	copy(b[2+sha256.Size:], ones[:])
	return sha256.Sum256(b[:])
}
