package sealing

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/pcc-platform/pcc/services/vault/internal/keyfile"
)

// wrappingKeySize makes AES-256.
const wrappingKeySize = 32

// KeyWrapper encrypts keysets. It is Tink's own interface, so that Tink's clients of key management services fit as they
// are.
type KeyWrapper = tink.AEADWithContext

// FileWrapper is the KeyWrapper whose key is in a file.
type FileWrapper struct{ aead *subtle.AESGCM }

// CreateWrappingKey makes a new wrapping key in a new file.
func CreateWrappingKey(path string) error {
	key := make([]byte, wrappingKeySize)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("sealing: generate the wrapping key: %w", err)
	}
	return keyfile.Create(path, key)
}

// OpenWrapper returns the wrapper of the key in the file at path.
func OpenWrapper(path string) (*FileWrapper, error) {
	key, err := keyfile.Read(path)
	if err != nil {
		return nil, err
	}
	if len(key) != wrappingKeySize {
		return nil, fmt.Errorf("sealing: the wrapping key has %d bytes, want %d", len(key), wrappingKeySize)
	}
	aead, err := subtle.NewAESGCM(key)
	if err != nil {
		return nil, fmt.Errorf("sealing: wrapping key: %w", err)
	}
	return &FileWrapper{aead: aead}, nil
}

// EncryptWithContext implements KeyWrapper.
func (w *FileWrapper) EncryptWithContext(_ context.Context, plaintext, associatedData []byte) ([]byte, error) {
	return w.aead.Encrypt(plaintext, associatedData)
}

// DecryptWithContext implements KeyWrapper.
func (w *FileWrapper) DecryptWithContext(_ context.Context, ciphertext, associatedData []byte) ([]byte, error) {
	return w.aead.Decrypt(ciphertext, associatedData)
}
