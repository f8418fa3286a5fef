package checkpoint

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const timestampBytes = 8

// Cosignature is a witness's signature under a checkpoint, verified.
type Cosignature struct {
	// Witness is the name of the key.
	Witness string
	// Time is when the witness says that this was the largest tree it had seen; whole seconds.
	Time time.Time
	// Line is the signature line of the note, with its newline.
	Line string
}

// Verifier verifies the cosignatures of one witness.
type Verifier struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

// NewVerifier reads a verifier key of type 0x04. The error wraps [ErrMalformed].
func NewVerifier(key string) (*Verifier, error) {
	name, hash, material, err := parseKey(key, typeCosignature)
	if err != nil {
		return nil, err
	}
	v := &Verifier{name: name, hash: hash, public: ed25519.PublicKey(material)}
	if keyHash(name, typeCosignature, v.public) != hash {
		return nil, fmt.Errorf("%w: the ID of key %q is not its own", ErrMalformed, key)
	}
	return v, nil
}

// Name returns the name of the key.
func (v *Verifier) Name() string { return v.name }

// KeyHash returns the ID of the key.
func (v *Verifier) KeyHash() uint32 { return v.hash }

// String returns the verifier key.
func (v *Verifier) String() string { return encodeKey(v.name, v.hash, typeCosignature, v.public) }

// Verify reports whether timed is a time and a signature of the text at that time. A time that is missing, or beyond 63
// bits, is no time.
func (v *Verifier) Verify(text, timed []byte) bool {
	if len(timed) != timestampBytes+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(timed)
	if seconds == 0 || seconds > math.MaxInt64 {
		return false
	}
	return ed25519.Verify(v.public, cosigned(seconds, string(text)), timed[timestampBytes:])
}

// Open verifies the witness's cosignature in a signed note. It does not look at the log's signature. The error wraps
// [ErrMalformed] or [ErrSignature].
func (v *Verifier) Open(signed []byte) (Cosignature, error) {
	if len(signed) > MaxNoteBytes {
		return Cosignature{}, fmt.Errorf("%w: more than %d bytes", ErrMalformed, MaxNoteBytes)
	}
	opened, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Cosignature{}, openError(err)
	}
	return newCosignature(opened.Sigs[0])
}

func newCosignature(s note.Signature) (Cosignature, error) {
	// The unused bits of the last character would let anybody write one cosignature in several ways.
	raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
	if err != nil || len(raw) != keyIDBytes+timestampBytes+ed25519.SignatureSize {
		return Cosignature{}, fmt.Errorf("%w: not a cosignature", ErrMalformed)
	}
	seconds := int64(binary.BigEndian.Uint64(raw[keyIDBytes:])) // #nosec G115 -- Verify has refused more than 63 bits
	return Cosignature{Witness: s.Name, Time: time.Unix(seconds, 0), Line: signatureLine(s.Name, s.Base64)}, nil
}

// cosigned is the message under a cosignature.
func cosigned(seconds uint64, text string) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, text)
}
