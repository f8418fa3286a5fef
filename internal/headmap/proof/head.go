package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

var (
	// ErrMalformed says that bytes are not the one encoding of what they are
	// shown as.
	ErrMalformed = errors.New("headmap: malformed")
	// ErrRefused says that a proof or a list does not prove what it is shown for.
	ErrRefused = errors.New("headmap: refused")
)

const (
	// MaxCount bounds the length of a list, in hashes. It is far above any
	// vehicle, and an integer that every language holds exactly.
	MaxCount = 1 << 48
	// HeadBytes is the length of an encoded head.
	HeadBytes = countBytes + sha256.Size

	countBytes = 8
)

// Hash is a SHA-256 value: a hash of a list, a root of a list or of a map.
type Hash = [sha256.Size]byte

// Head is what a map says of a list: its length and its root. Two different
// lists have different heads.
type Head struct {
	// Count is the number of hashes, 1 to MaxCount in a map.
	Count uint64
	// Root is the RFC 6962 root over the hashes.
	Root Hash
}

// Validate reports whether the head may stand in a map. The error wraps
// [ErrMalformed].
func (h Head) Validate() error {
	if h.Count == 0 || h.Count > MaxCount {
		return fmt.Errorf("%w: a head with count %d", ErrMalformed, h.Count)
	}
	return nil
}

// Bytes encodes the head in HeadBytes.
func (h Head) Bytes() []byte {
	return h.appendTo(make([]byte, 0, HeadBytes))
}

func (h Head) appendTo(b []byte) []byte {
	return append(binary.BigEndian.AppendUint64(b, h.Count), h.Root[:]...)
}

// ParseHead decodes a head that may stand in a map. The error wraps
// [ErrMalformed].
func ParseHead(encoded []byte) (Head, error) {
	if len(encoded) != HeadBytes {
		return Head{}, fmt.Errorf("%w: a head of %d bytes", ErrMalformed, len(encoded))
	}
	h := Head{Count: binary.BigEndian.Uint64(encoded), Root: Hash(encoded[countBytes:])}
	return h, h.Validate()
}
