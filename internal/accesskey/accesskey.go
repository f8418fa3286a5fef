// Package accesskey keeps the keys by which members and owners sign what the ledger takes of access: policies, requests to
// read, consents. A member's is its access key, an owner's a random one of the ownership period. What a signature is over, and
// what it counts for, is package chaincode/model/access.
package accesskey

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model/access"
)

const (
	ownerOnly    = 0o600
	notOwnerBits = 0o077
	maxFileBytes = 4 << 10
	pemType      = "PRIVATE KEY"
)

// Key signs texts. It prints as its public half.
type Key struct {
	private ed25519.PrivateKey
}

// Generate makes a new key.
func Generate() (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("accesskey: %w", err)
	}
	return Key{private}, nil
}

// Create makes a new key and writes it to a new file at path for its owner alone, as PKCS #8 in PEM. It never replaces a file:
// the error then wraps [os.ErrExist].
func Create(path string) (Key, error) {
	k, err := Generate()
	if err != nil {
		return Key{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return Key{}, fmt.Errorf("accesskey: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly)
	if err != nil {
		return Key{}, fmt.Errorf("accesskey: %w", err)
	}
	err = pem.Encode(f, &pem.Block{Type: pemType, Bytes: der})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Key{}, fmt.Errorf("accesskey: write the key file: %w", err)
	}
	return k, nil
}

// Read reads a file of [Create]. It refuses one that others than its owner may use.
func Read(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("accesskey: %w", err)
	}
	if info.Mode().Perm()&notOwnerBits != 0 || info.Size() > maxFileBytes {
		return Key{}, fmt.Errorf("accesskey: %s is for others, too, or is no key file", path)
	}
	content, err := os.ReadFile(path) // #nosec G304 -- the caller's own key
	if err != nil {
		return Key{}, fmt.Errorf("accesskey: %w", err)
	}
	block, rest := pem.Decode(content)
	if block == nil || block.Type != pemType || len(rest) != 0 {
		return Key{}, fmt.Errorf("accesskey: %s holds no key in PEM", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return Key{}, fmt.Errorf("accesskey: %s holds no key: %w", path, err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return Key{}, fmt.Errorf("accesskey: the key in %s is not for Ed25519", path)
	}
	return Key{private}, nil
}

// Identity is the key's public half.
func (k Key) Identity() access.Identity {
	public, _ := k.private.Public().(ed25519.PublicKey)
	return access.Ed25519Key(public)
}

// String returns the public half.
func (k Key) String() string { return string(k.Identity()) }

// Sign returns the key's signature of a text.
func (k Key) Sign(text []byte) []byte {
	digest := sha256.Sum256(text)
	return ed25519.Sign(k.private, digest[:])
}

// Signer signs as an identity: a key as itself, or a member by its access key.
type Signer struct {
	As  access.Identity
	Key Key
}

// Itself signs as the key.
func (k Key) Itself() Signer { return Signer{As: k.Identity(), Key: k} }

// Member signs as the member whose access key it is.
func (k Key) Member(id string) Signer { return Signer{As: access.Member(id), Key: k} }

// Sign returns the signatures of a text, in order. Of several signers as one identity the first signs.
func Sign(text []byte, signers ...Signer) access.Signatures {
	var all access.Signatures
	for _, s := range signers {
		if slices.ContainsFunc(all, func(one access.Signature) bool { return one.Identity == s.As }) {
			continue
		}
		all = append(all, access.Signature{Identity: s.As, Bytes: s.Key.Sign(text)})
	}
	slices.SortFunc(all, func(a, b access.Signature) int { return strings.Compare(string(a.Identity), string(b.Identity)) })
	return all
}
