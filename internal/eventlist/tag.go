package eventlist

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// TagBytes is the length of a tag.
const TagBytes = sha256.Size

// redaction is what a tag looks like in logs and errors.
const redaction = "[redacted]"

var errTagLength = errors.New("eventlist: a tag has 32 bytes")

// Tag is a vehicle's public tag. Printing it, in whatever way, shows [redacted]:
// its bytes are to be taken out on purpose, by slicing it.
type Tag [TagBytes]byte

// TagOf derives the tag from the VOPRF's output for a VIN, 64 bytes.
func TagOf(output [64]byte) Tag {
	return sha256.Sum256(append([]byte(tagDomain), output[:]...))
}

// ParseTag takes a tag as it is sent and stored. Its error tells nothing of the bytes.
func ParseTag(b []byte) (Tag, error) {
	if len(b) != TagBytes {
		return Tag{}, errTagLength
	}
	return Tag(b), nil
}

// String returns [redacted].
func (Tag) String() string { return redaction }

// Format prints [redacted] for every verb and flag.
func (Tag) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redaction) }

// LogValue returns [redacted].
func (Tag) LogValue() slog.Value { return slog.StringValue(redaction) }

// MarshalText returns [redacted], for every encoder that knows encoding.TextMarshaler.
func (Tag) MarshalText() ([]byte, error) { return []byte(redaction), nil }
