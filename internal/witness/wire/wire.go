package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

const (
	// AddCheckpoint is the last part of the path of the call.
	AddCheckpoint = "add-checkpoint"
	// SizeType is the media type of the answer 409.
	SizeType = "text/x.tlog.size"
	// EvidenceHeader names the evidence that a request has caused, by its ID.
	EvidenceHeader = "Witness-Evidence"

	// MaxProof bounds the lines of a consistency proof.
	MaxProof = 63
	// MaxRequestBytes bounds the body of a request: the note, the proof, and the first line.
	MaxRequestBytes = checkpoint.MaxNoteBytes + (MaxProof+1)*64
	// MaxAnswerBytes bounds the body of an answer.
	MaxAnswerBytes = checkpoint.MaxNoteBytes
)

// ErrMalformed says that bytes are not of this protocol.
var ErrMalformed = errors.New("wire: malformed")

// Request is the body of add-checkpoint.
type Request struct {
	// OldSize is the size of the last checkpoint that the witness cosigned, or zero.
	OldSize uint64
	// Proof leads from the tree of OldSize to that of the note.
	Proof []proof.Hash
	// Note is a signed checkpoint.
	Note []byte
}

// Marshal returns the body.
func (r Request) Marshal() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", r.OldSize)
	for _, h := range r.Proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(r.Note)
	return b.Bytes()
}

// ParseRequest reads a body. It does not look into the note. The error wraps [ErrMalformed].
func ParseRequest(body []byte) (Request, error) {
	head, note, ok := bytes.Cut(body, []byte("\n\n"))
	if !ok || len(body) > MaxRequestBytes {
		return Request{}, fmt.Errorf("%w: no empty line in %d bytes", ErrMalformed, len(body))
	}
	lines := strings.Split(string(head), "\n")
	digits, ok := strings.CutPrefix(lines[0], "old ")
	if !ok || len(lines)-1 > MaxProof {
		return Request{}, fmt.Errorf("%w: first line, or more than %d hashes", ErrMalformed, MaxProof)
	}
	old, err := checkpoint.ParseSize(digits)
	if err != nil {
		return Request{}, fmt.Errorf("%w: old size: %w", ErrMalformed, err)
	}
	r := Request{OldSize: old, Note: note}
	for _, line := range lines[1:] {
		h, err := checkpoint.ParseHash(line)
		if err != nil {
			return Request{}, fmt.Errorf("%w: consistency proof: %w", ErrMalformed, err)
		}
		r.Proof = append(r.Proof, h)
	}
	return r, nil
}

// MarshalSize returns the body of the answer 409.
func MarshalSize(size uint64) []byte { return append(strconv.AppendUint(nil, size, 10), '\n') }

// ParseSize reads the body of the answer 409. The error wraps [ErrMalformed].
func ParseSize(body []byte) (uint64, error) {
	digits, ok := strings.CutSuffix(string(body), "\n")
	size, err := checkpoint.ParseSize(digits)
	if !ok || err != nil {
		return 0, fmt.Errorf("%w: size", ErrMalformed)
	}
	return size, nil
}

// LogID names a log in paths: the SHA-256 of its origin in lower-case hexadecimal.
func LogID(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return hex.EncodeToString(sum[:])
}
