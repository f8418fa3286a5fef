package checkpoint

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Log is what a reader knows of a log: its origin and the keys that it signs with.
type Log struct {
	// Origin is the first line of its checkpoints.
	Origin string

	verifiers []note.Verifier
}

// NewLog returns the log with an origin and at least one Ed25519 verifier key. The key's name need not be the origin. The
// error wraps [ErrMalformed].
func NewLog(origin string, keys ...string) (Log, error) {
	if origin == "" || strings.Contains(origin, "\n") || len(keys) == 0 {
		return Log{}, fmt.Errorf("%w: a log needs an origin of one line and a key", ErrMalformed)
	}
	log := Log{Origin: origin}
	for _, key := range keys {
		v, err := note.NewVerifier(key)
		if err != nil {
			return Log{}, fmt.Errorf("%w: key %q of log %q: %w", ErrMalformed, key, origin, err)
		}
		for _, other := range log.verifiers {
			if other.Name() == v.Name() && other.KeyHash() == v.KeyHash() {
				return Log{}, fmt.Errorf("%w: key %q of log %q twice", ErrMalformed, key, origin)
			}
		}
		log.verifiers = append(log.verifiers, v)
	}
	return log, nil
}

// Signed is a checkpoint that its log has signed. Only [Log.Open] makes one.
type Signed struct {
	Checkpoint
	// Text is what was signed.
	Text string
	// Note is the signed note with the signatures of the log alone, ascending: whatever others have added is not in it, so
	// that nobody but the log makes two notes out of one.
	Note []byte
}

// Open verifies a signed note of the log. The error wraps [ErrMalformed], also for another origin, or [ErrSignature].
func (l Log) Open(signed []byte) (Signed, error) {
	if len(signed) > MaxNoteBytes {
		return Signed{}, fmt.Errorf("%w: more than %d bytes", ErrMalformed, MaxNoteBytes)
	}
	opened, err := note.Open(signed, note.VerifierList(l.verifiers...))
	if err != nil {
		return Signed{}, openError(err)
	}
	c, err := Parse(opened.Text)
	if err != nil {
		return Signed{}, err
	}
	if c.Origin != l.Origin {
		return Signed{}, fmt.Errorf("%w: origin %q is not that of the log %q", ErrMalformed, c.Origin, l.Origin)
	}
	var lines []string
	for _, s := range opened.Sigs {
		// The unused bits of the last character would let anybody write one signature in several ways.
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Signed{}, fmt.Errorf("%w: signature of %q: %w", ErrMalformed, s.Name, err)
		}
		lines = append(lines, signatureLine(s.Name, s.Base64))
	}
	slices.Sort(lines)
	return Signed{Checkpoint: c, Text: opened.Text, Note: []byte(opened.Text + "\n" + strings.Join(lines, ""))}, nil
}

// openError tells a note that nobody known has signed from bytes that are no note.
func openError(err error) error {
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	if errors.As(err, &unverified) || errors.As(err, &invalid) {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return fmt.Errorf("%w: %w", ErrMalformed, err)
}

func signatureLine(name, encoded string) string { return "— " + name + " " + encoded + "\n" }
