package sealing

import (
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/pcc-platform/pcc/services/vault"
)

const dataPurpose = "pcc/vault/data keyset/v1"

// Sealer implements vault.Sealer.
type Sealer struct {
	aead    tink.AEAD
	primary uint32
}

// CreateDataKeyset makes the keyset of a Sealer in a new file.
func CreateDataKeyset(ctx context.Context, path string, w KeyWrapper) error {
	return create(ctx, path, dataPurpose, aead.AES256GCMKeyTemplate(), w)
}

// OpenSealer returns the Sealer of the keyset in the file at path.
func OpenSealer(ctx context.Context, path string, w KeyWrapper) (*Sealer, error) {
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
	return &Sealer{aead: primitive, primary: primary.KeyID()}, nil
}

// Seal implements vault.Sealer.
func (s *Sealer) Seal(plaintext []byte, place string) (vault.Sealed, error) {
	ciphertext, err := s.aead.Encrypt(plaintext, []byte(place))
	if err != nil {
		return vault.Sealed{}, fmt.Errorf("sealing: encrypt: %w", err)
	}
	return vault.Sealed{Ciphertext: ciphertext, KeyID: s.primary}, nil
}

// Open implements vault.Sealer.
func (s *Sealer) Open(ciphertext []byte, place string) ([]byte, error) {
	plaintext, err := s.aead.Decrypt(ciphertext, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("sealing: decrypt: %w", err)
	}
	return plaintext, nil
}
