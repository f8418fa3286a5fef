package sealer

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pcc-platform/pcc/internal/threshold"
)

const (
	keySize   = 32
	seedInfo  = "pcc-capsule-seed/v1"
	seedBytes = 256 // more than an encapsulation reads
	ownerOnly = 0o600
	forOthers = 0o077
)

// ErrKeyFile says that a file is no writer's key, or that others may read it.
var ErrKeyFile = errors.New("sealer: not a key that its owner alone can read")

// Key is a writer's secret. It prints as its type.
type Key struct{ secret func() []byte }

// NewKey returns the key with this secret of 32 bytes.
func NewKey(secret [keySize]byte) Key {
	return Key{secret: func() []byte { return secret[:] }}
}

// CreateKey makes a new key in a new file, which its owner alone can read.
func CreateKey(file string) (Key, error) {
	var secret [keySize]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return Key{}, fmt.Errorf("sealer: make a key: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly)
	if err != nil {
		return Key{}, fmt.Errorf("sealer: %w", err)
	}
	_, err = fmt.Fprintln(f, hex.EncodeToString(secret[:]))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Key{}, fmt.Errorf("sealer: %w", err)
	}
	return NewKey(secret), nil
}

// LoadKey reads the key in a file. The error wraps ErrKeyFile.
func LoadKey(file string) (Key, error) {
	info, err := os.Stat(file)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	if info.Mode().Perm()&forOthers != 0 || info.Size() > 2*keySize+2 {
		return Key{}, fmt.Errorf("%w: %s", ErrKeyFile, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != keySize { // the decoder's error quotes the content
		return Key{}, fmt.Errorf("%w: %s", ErrKeyFile, file)
	}
	return NewKey([keySize]byte(secret)), nil
}

// encapsulate returns the capsule for a label, and its secret, always the same ones.
func (k Key) encapsulate(public threshold.Element, label string) (threshold.Capsule, [threshold.Size]byte, error) {
	seed, err := hkdf.Key(sha256.New, k.secret(), nil, seedInfo+string(public[:])+label, seedBytes)
	if err != nil {
		return threshold.Capsule{}, [threshold.Size]byte{}, fmt.Errorf("sealer: %w", err)
	}
	return threshold.Encapsulate(bytes.NewReader(seed), public, label)
}
