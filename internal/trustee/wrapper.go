package trustee

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
	"golang.org/x/crypto/argon2"
)

// Wrapper encrypts secrets for the disk. It is Tink's own interface, so that Tink's clients of key management services fit as
// they are.
type Wrapper = tink.AEADWithContext

// Costs of a passphrase, by RFC 9106's second recommendation: 64 MiB, three passes.
const (
	argonPasses  = 3
	argonKiB     = 64 << 10
	argonThreads = 4
	saltBytes    = 16
	// MinPassphrase is the least length of a passphrase, in bytes.
	MinPassphrase = 12
)

// keyWrapper is the Wrapper of a key in memory.
type keyWrapper struct{ aead *subtle.AESGCM }

// NewKeyWrapper wraps by a key of 32 bytes.
func NewKeyWrapper(key [32]byte) (Wrapper, error) {
	aead, err := subtle.NewAESGCM(key[:])
	if err != nil {
		return nil, fmt.Errorf("trustee: wrapping key: %w", err)
	}
	return keyWrapper{aead}, nil
}

// NewPassphraseWrapper derives the key from a passphrase and the salt of a store.
func NewPassphraseWrapper(passphrase string, salt []byte) (Wrapper, error) {
	if len(passphrase) < MinPassphrase || len(salt) != saltBytes {
		return nil, fmt.Errorf("trustee: a passphrase has at least %d bytes", MinPassphrase)
	}
	return NewKeyWrapper([32]byte(argon2.IDKey([]byte(passphrase), salt, argonPasses, argonKiB, argonThreads, 32)))
}

// EncryptWithContext implements Wrapper.
func (w keyWrapper) EncryptWithContext(_ context.Context, plaintext, associatedData []byte) ([]byte, error) {
	return w.aead.Encrypt(plaintext, associatedData)
}

// DecryptWithContext implements Wrapper.
func (w keyWrapper) DecryptWithContext(_ context.Context, ciphertext, associatedData []byte) ([]byte, error) {
	return w.aead.Decrypt(ciphertext, associatedData)
}

func newSalt() ([]byte, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return nil, fmt.Errorf("trustee: %w", err)
	}
	return salt, nil
}
