package sourcesign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/pcc-platform/pcc/signing"
)

const pemType = "PRIVATE KEY"

var errNoKey = errors.New("sourcesign: not a PKCS #8 private key in PEM")

// CreateKey makes a new Ed25519 key and writes it to file, which must not exist.
func CreateKey(file string) (signing.PublicKey, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return signing.PublicKey{}, fmt.Errorf("sourcesign: make a key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return signing.PublicKey{}, fmt.Errorf("sourcesign: encode the key: %w", err)
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return signing.PublicKey{}, fmt.Errorf("sourcesign: %w", err)
	}
	if err := errors.Join(pem.Encode(out, &pem.Block{Type: pemType, Bytes: der}), out.Sync(), out.Close()); err != nil {
		return signing.PublicKey{}, fmt.Errorf("sourcesign: write the key: %w", err)
	}
	return signing.NewPublicKey(public)
}

// LoadKey reads a private key, Ed25519 or P-256.
func LoadKey(file string) (crypto.Signer, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("sourcesign: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, errNoKey
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKey, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errNoKey
	}
	return signer, nil
}
