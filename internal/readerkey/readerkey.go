// Package readerkey seals what trustees and the vault give a reader to the key in its request, and opens it there, by HPKE
// (RFC 9180) with HKDF-SHA256 and AES-256-GCM. So whoever carries the answers learns nothing from them.
//
// Kinds of keys are those of a request to read: "x25519", and "xwing" (ML-KEM-768 and X25519), which also stands against who
// records answers today to open them with a quantum computer.
package readerkey

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"errors"
	"fmt"
)

// Kind is how a key is made.
type Kind string

// The kinds. Private keys have 32 bytes, public ones 32 and 1216.
const (
	X25519 Kind = "x25519"
	XWing  Kind = "xwing"
)

// PrivateSize is the size of a private key in bytes.
const PrivateSize = 32

// Errors of the package.
var (
	// ErrKey says that a key is of no known kind, or malformed.
	ErrKey = errors.New("readerkey: not a key")
	// ErrDoesNotOpen says that a ciphertext is not for this key and purpose.
	ErrDoesNotOpen = errors.New("readerkey: does not open")
)

// Public is a key to seal to.
type Public struct{ key hpke.PublicKey }

// Private is a reader's key, a new one for each request.
type Private struct{ key hpke.PrivateKey }

// ParsePublic returns the public key of a kind, or an error that wraps ErrKey.
func ParsePublic(kind Kind, raw []byte) (Public, error) {
	kem, err := kemOf(kind)
	if err != nil {
		return Public{}, err
	}
	key, err := kem.NewPublicKey(raw)
	if err != nil {
		return Public{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return Public{key}, nil
}

// Generate makes a new key of a kind. The error wraps ErrKey.
func Generate(kind Kind) (Private, error) {
	raw := make([]byte, PrivateSize)
	if _, err := rand.Read(raw); err != nil {
		return Private{}, fmt.Errorf("readerkey: %w", err)
	}
	return ParsePrivate(kind, raw)
}

// ParsePrivate returns the private key of a kind from its 32 bytes, or an error that wraps ErrKey.
func ParsePrivate(kind Kind, raw []byte) (Private, error) {
	kem, err := kemOf(kind)
	if err != nil {
		return Private{}, err
	}
	key, err := kem.NewPrivateKey(raw)
	if err != nil {
		return Private{}, fmt.Errorf("%w: private", ErrKey)
	}
	return Private{key}, nil
}

// Bytes returns the 32 bytes of the private key.
func (p Private) Bytes() ([]byte, error) {
	raw, err := p.key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("readerkey: %w", err)
	}
	return raw, nil
}

// Public returns the key to seal to, as ParsePublic takes it.
func (p Private) Public() []byte { return p.key.PublicKey().Bytes() }

// Seal encrypts plaintext to the key. info says what it is for; only with the same info it opens.
func (p Public) Seal(info, plaintext []byte) ([]byte, error) {
	sealed, err := hpke.Seal(p.key, hpke.HKDFSHA256(), hpke.AES256GCM(), info, plaintext)
	if err != nil {
		return nil, fmt.Errorf("readerkey: seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what was sealed to the key with the same info, or returns ErrDoesNotOpen.
func (p Private) Open(info, sealed []byte) ([]byte, error) {
	plaintext, err := hpke.Open(p.key, hpke.HKDFSHA256(), hpke.AES256GCM(), info, sealed)
	if err != nil {
		return nil, ErrDoesNotOpen
	}
	return plaintext, nil
}

func kemOf(kind Kind) (hpke.KEM, error) {
	switch kind {
	case X25519:
		return hpke.DHKEM(ecdh.X25519()), nil
	case XWing:
		return hpke.MLKEM768X25519(), nil
	}
	return nil, fmt.Errorf("%w: of an unknown kind", ErrKey)
}
