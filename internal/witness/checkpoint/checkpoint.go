package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

var (
	// ErrMalformed says that bytes are not a signed checkpoint, or not a key, in the formats of this package.
	ErrMalformed = errors.New("checkpoint: malformed")
	// ErrSignature says that a note has no signature of a known key, or one that does not verify.
	ErrSignature = errors.New("checkpoint: no valid signature of a known key")
)

// MaxNoteBytes bounds a signed note. It leaves room for several witnesses with post-quantum keys of 5 kB a signature.
const MaxNoteBytes = 64 << 10

// Hash is the root of a tree.
type Hash = proof.Hash

// Checkpoint is the state of a log at one size.
type Checkpoint struct {
	// Origin names the log.
	Origin string
	// Size is the number of leaves, at most [proof.MaxSize].
	Size uint64
	// Root is the RFC 6962 root of these leaves.
	Root Hash
	// Extension holds the lines after the root, without their newlines.
	Extension []string
}

// EmptyRoot is the root of a tree without leaves: the hash of nothing.
func EmptyRoot() Hash { return sha256.Sum256(nil) }

// Text returns the text that is signed, or [ErrMalformed] if there is none that [Parse] reads back.
func (c Checkpoint) Text() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
	for _, line := range c.Extension {
		b.WriteString(line + "\n")
	}
	parsed, err := Parse(b.String())
	if err != nil {
		return "", err
	}
	if parsed.Origin != c.Origin || len(parsed.Extension) != len(c.Extension) {
		return "", fmt.Errorf("%w: a line holds a newline", ErrMalformed)
	}
	return b.String(), nil
}

// Parse reads the text of a checkpoint. The error wraps [ErrMalformed].
func Parse(text string) (Checkpoint, error) {
	body, ended := strings.CutSuffix(text, "\n")
	lines := strings.Split(body, "\n")
	if !ended || len(lines) < 3 {
		return Checkpoint{}, fmt.Errorf("%w: fewer than three lines", ErrMalformed)
	}
	for _, line := range lines {
		if line == "" {
			return Checkpoint{}, fmt.Errorf("%w: empty line", ErrMalformed)
		}
	}
	size, err := ParseSize(lines[1])
	if err != nil {
		return Checkpoint{}, err
	}
	root, err := ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, err
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root, Extension: lines[3:]}, nil
}

// ParseSize reads a tree size: decimal digits without leading zeroes, at most [proof.MaxSize]. The error wraps
// [ErrMalformed].
func ParseSize(digits string) (uint64, error) {
	size, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || size > proof.MaxSize || strconv.FormatUint(size, 10) != digits {
		return 0, fmt.Errorf("%w: tree size", ErrMalformed)
	}
	return size, nil
}

// ParseHash reads a hash: base64 of 32 bytes. The error wraps [ErrMalformed].
func ParseHash(encoded string) (Hash, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(raw) != len(Hash{}) {
		return Hash{}, fmt.Errorf("%w: hash", ErrMalformed)
	}
	return Hash(raw), nil
}

// Unverified reads the checkpoint of a signed note without looking at its signatures: enough to know which log it claims
// to be of, and nothing else. The error wraps [ErrMalformed].
func Unverified(signed []byte) (Checkpoint, error) {
	end := bytes.LastIndex(signed, []byte("\n\n"))
	if end < 0 || len(signed) > MaxNoteBytes {
		return Checkpoint{}, fmt.Errorf("%w: not a signed note", ErrMalformed)
	}
	return Parse(string(signed[:end+1]))
}
