package sealing

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/keytree"
)

const dataPurpose = "pcc/vault/data keyset/v1"

// Keys has the keys that can be destroyed; keytree.File is one.
type Keys interface {
	// Key returns the key of a name, false when it was destroyed.
	Key(ctx context.Context, name uuid.UUID) (key [keytree.KeySize]byte, ok bool, err error)
}

// Sealer implements vault.Sealer: it encrypts under a row's own key, and what comes of that under the keyset.
type Sealer struct {
	aead    tink.AEAD
	primary uint32
	keys    Keys
}

// CreateDataKeyset makes the keyset of a Sealer in a new file.
func CreateDataKeyset(ctx context.Context, path string, w KeyWrapper) error {
	return create(ctx, path, dataPurpose, aead.AES256GCMKeyTemplate(), w)
}

// OpenSealer returns the Sealer of the keyset in the file at path and of keys.
func OpenSealer(ctx context.Context, path string, w KeyWrapper, keys Keys) (*Sealer, error) {
	handle, err := open(ctx, path, dataPurpose, w)
	if err != nil {
		return nil, err
	}
	primary, err := handle.Primary()
	if err != nil {
		return nil, fmt.Errorf("sealing: primary key: %w", err)
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("sealing: data keyset: %w", err)
	}
	return &Sealer{aead: primitive, primary: primary.KeyID(), keys: keys}, nil
}

// Seal implements vault.Sealer.
func (s *Sealer) Seal(ctx context.Context, shred vault.ShredKey, plaintext []byte, place string) (vault.Sealed, error) {
	own, err := s.own(ctx, shred)
	if err != nil {
		return vault.Sealed{}, err
	}
	inner := own.Seal(nil, nil, plaintext, []byte(place)) //nolint:gosec // own makes its nonces itself
	ciphertext, err := s.aead.Encrypt(inner, []byte(place))
	if err != nil {
		return vault.Sealed{}, fmt.Errorf("sealing: encrypt: %w", err)
	}
	return vault.Sealed{Ciphertext: ciphertext, KeyID: s.primary}, nil
}

// Open implements vault.Sealer.
func (s *Sealer) Open(ctx context.Context, shred vault.ShredKey, ciphertext []byte, place string) ([]byte, error) {
	own, err := s.own(ctx, shred)
	if err != nil {
		return nil, err
	}
	inner, err := s.aead.Decrypt(ciphertext, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("sealing: decrypt: %w", err)
	}
	plaintext, err := own.Open(nil, nil, inner, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("sealing: decrypt: %w", err)
	}
	return plaintext, nil
}

// own returns the cipher of a row's own key, which makes its nonces itself.
func (s *Sealer) own(ctx context.Context, shred vault.ShredKey) (cipher.AEAD, error) {
	key, ok, err := s.keys.Key(ctx, shred)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, vault.ErrShredded
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
