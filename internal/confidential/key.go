package confidential

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
)

// HalfSize is the size of each half of a class key, and of the class key, in bytes.
const HalfSize = 32

const (
	classKeyInfo  = "pcc-class-key/v1"
	deriveKeyInfo = "pcc-event-key/v1"
	redaction     = "[redacted]"
)

// CapsuleHash is SHA-256 of a capsule's label and bytes.
type CapsuleHash [sha256.Size]byte

// HashCapsule returns the hash of a capsule with its label's text.
func HashCapsule(label string, capsule []byte) CapsuleHash {
	return sha256.Sum256(append([]byte(label), capsule...))
}

// ClassKey opens and seals the events under one capsule. It is safe for concurrent use and prints as [redacted].
type ClassKey struct {
	capsule CapsuleHash
	wrap    cipher.AEAD
	derive  []byte
}

// NewClassKey derives the class key of a capsule from its halves: the secret of the trustees, and the vault's shred.
func NewClassKey(capsule CapsuleHash, secret, shred [HalfSize]byte) (*ClassKey, error) {
	key, err := hkdf.Key(sha256.New, append(secret[:], shred[:]...), nil, classKeyInfo+string(capsule[:]), HalfSize)
	if err != nil {
		return nil, fmt.Errorf("confidential: class key: %w", err)
	}
	k := &ClassKey{capsule: capsule}
	if k.wrap, err = newGCM(key); err != nil {
		return nil, err
	}
	if k.derive, err = hkdf.Expand(sha256.New, key, deriveKeyInfo, HalfSize); err != nil {
		return nil, fmt.Errorf("confidential: derive key: %w", err)
	}
	return k, nil
}

// Capsule returns the hash of the key's capsule, by which sealed events name it.
func (k *ClassKey) Capsule() CapsuleHash { return k.capsule }

// Format prints [redacted] for every verb and flag.
func (*ClassKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redaction) }

// LogValue returns [redacted].
func (*ClassKey) LogValue() slog.Value { return slog.StringValue(redaction) }

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("confidential: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("confidential: %w", err)
	}
	return gcm, nil
}
