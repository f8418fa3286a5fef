package proof

import (
	"encoding/binary"
	"fmt"
)

const (
	// FrameVersion is the first byte of every frame.
	FrameVersion = 1
	// SaltBytes is the length of the salt of a leaf.
	SaltBytes = 16
	// MaxTypeBytes bounds the name of the type of a leaf.
	MaxTypeBytes = 255
	// MaxLeafBytes bounds a whole leaf, framing included.
	MaxLeafBytes = 1 << 20

	typeLengthBytes    = 2
	payloadLengthBytes = 4
	frameOverhead      = 1 + typeLengthBytes + SaltBytes + payloadLengthBytes
)

// Leaf is the content of one entry of a journal.
type Leaf struct {
	// Type names the encoding of Payload: 1 to MaxTypeBytes printable ASCII
	// characters without space, for example a protobuf message name.
	Type string
	// Salt is random for every leaf and is never used twice.
	Salt [SaltBytes]byte
	// Payload is kept exactly as given.
	Payload []byte
}

// Frame encodes a leaf:
//
//	version (1 byte) | length of typ (2) | typ | salt (16) | length of payload (4) | payload
//
// Lengths are big endian. Frame does not judge its arguments: a frame that
// breaks the limits of [Leaf] is refused by [ParseFrame], which a journal
// applies to every leaf before it is appended.
func Frame(typ string, salt [SaltBytes]byte, payload []byte) []byte {
	frame := make([]byte, 0, frameOverhead+len(typ)+len(payload))
	frame = append(frame, FrameVersion)
	frame = binary.BigEndian.AppendUint16(frame, uint16(len(typ)))
	frame = append(frame, typ...)
	frame = append(frame, salt[:]...)
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(payload)))
	return append(frame, payload...)
}

// ParseFrame decodes a leaf and accepts only what [Frame] makes of a valid one:
// known version, valid type, lengths that add up to the bytes given. It returns
// an error that wraps [ErrMalformedLeaf]. Payload shares memory with frame.
func ParseFrame(frame []byte) (Leaf, error) {
	if len(frame) < frameOverhead || len(frame) > MaxLeafBytes {
		return Leaf{}, fmt.Errorf("%w: %d bytes", ErrMalformedLeaf, len(frame))
	}
	if frame[0] != FrameVersion {
		return Leaf{}, fmt.Errorf("%w: version %d", ErrMalformedLeaf, frame[0])
	}
	typeLength := int(binary.BigEndian.Uint16(frame[1:]))
	if typeLength > len(frame)-frameOverhead {
		return Leaf{}, fmt.Errorf("%w: type exceeds the frame", ErrMalformedLeaf)
	}
	rest := frame[1+typeLengthBytes:]
	leaf := Leaf{Type: string(rest[:typeLength])}
	if !validType(leaf.Type) {
		return Leaf{}, fmt.Errorf("%w: type name", ErrMalformedLeaf)
	}
	rest = rest[typeLength:]
	rest = rest[copy(leaf.Salt[:], rest):]
	payloadLength := uint64(binary.BigEndian.Uint32(rest))
	leaf.Payload = rest[payloadLengthBytes:]
	if payloadLength != uint64(len(leaf.Payload)) {
		return Leaf{}, fmt.Errorf("%w: payload length", ErrMalformedLeaf)
	}
	return leaf, nil
}

func validType(name string) bool {
	if len(name) == 0 || len(name) > MaxTypeBytes {
		return false
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
