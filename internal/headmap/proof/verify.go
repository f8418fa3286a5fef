package proof

import "fmt"

// MaxBytes is the length of the longest proof that can be accepted: of absence
// beside a key that differs in one bit, with a node for every other bit. A proof in
// a map of n keys that are hashes has about 32*log2(n) + 16 bytes, and some 50 more
// for non-inclusion.
const MaxBytes = 1 + KeyBytes + HeadBytes + 1 + KeyBytes + (KeyBits-1)*len(Hash{})

// Kinds of proofs: their first byte.
const (
	kindEmptyMap = 0x00
	kindPresent  = 0x01
	kindBeside   = 0x02
)

// EncodeInclusion encodes the proof that the key at the end of the path has its
// head.
func EncodeInclusion(p *Path) []byte {
	return p.appendTo([]byte{kindPresent})
}

// EncodeNonInclusion encodes the proof that a key is absent whose path ends at
// the entry of another key.
func EncodeNonInclusion(other *Entry, p *Path) []byte {
	b := append([]byte{kindBeside}, other.Key[:]...)
	return p.appendTo(other.Head.appendTo(b))
}

// EncodeEmptyMap encodes the proof that a key, like every other, is absent from
// the empty map.
func EncodeEmptyMap() []byte {
	return []byte{kindEmptyMap}
}

// VerifyInclusion checks that the map with the given root gives this head to the
// key. The error wraps [ErrMalformed] or [ErrRefused].
func VerifyInclusion(encoded []byte, key Key, head Head, root Hash) error {
	if err := head.Validate(); err != nil {
		return err
	}
	kind, rest, err := open(encoded)
	if err != nil {
		return err
	}
	if kind != kindPresent {
		return fmt.Errorf("%w: not a proof of inclusion", ErrRefused)
	}
	path, err := parsePath(rest)
	if err != nil {
		return err
	}
	if path.root(key, LeafHash(&Entry{key, head})) != root {
		return fmt.Errorf("%w: the proof leads to another root", ErrRefused)
	}
	return nil
}

// VerifyNonInclusion checks that the map with the given root has no head for the
// key: that its list is empty. The error wraps [ErrMalformed] or [ErrRefused].
func VerifyNonInclusion(encoded []byte, key Key, root Hash) error {
	kind, rest, err := open(encoded)
	if err != nil {
		return err
	}
	switch kind {
	case kindEmptyMap:
		return absentFromEmpty(rest, root)
	case kindBeside:
		return absentBeside(rest, key, root)
	default:
		return fmt.Errorf("%w: not a proof of non-inclusion", ErrRefused)
	}
}

// open reads the kind of a proof.
func open(encoded []byte) (kind byte, rest []byte, err error) {
	if len(encoded) == 0 || encoded[0] > kindBeside {
		return 0, nil, fmt.Errorf("%w: %d bytes of no known kind of proof", ErrMalformed, len(encoded))
	}
	return encoded[0], encoded[1:], nil
}

func absentFromEmpty(rest []byte, root Hash) error {
	if len(rest) != 0 {
		return fmt.Errorf("%w: bytes after the proof of an empty map", ErrMalformed)
	}
	if root != EmptyRoot() {
		return fmt.Errorf("%w: the map is not empty", ErrRefused)
	}
	return nil
}

func absentBeside(rest []byte, key Key, root Hash) error {
	if len(rest) < KeyBytes+HeadBytes {
		return fmt.Errorf("%w: no other key", ErrMalformed)
	}
	other := Entry{Key: Key(rest)}
	var err error
	if other.Head, err = ParseHead(rest[KeyBytes : KeyBytes+HeadBytes]); err != nil {
		return err
	}
	path, err := parsePath(rest[KeyBytes+HeadBytes:])
	if err != nil {
		return err
	}
	if other.Key == key || !path.passes(other.Key, key) {
		return fmt.Errorf("%w: the other key is not in the place of this one", ErrRefused)
	}
	if path.root(key, LeafHash(&other)) != root {
		return fmt.Errorf("%w: the proof leads to another root", ErrRefused)
	}
	return nil
}
