// Package certificate signs certificates of erasure with the vault's own key, which is in a file beside its other keys.
package certificate

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"

	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/keyfile"
	"github.com/pcc-platform/pcc/verify/erasure"
)

// Signer signs certificates.
type Signer struct{ key ed25519.PrivateKey }

// CreateKey makes a new key in a new file.
func CreateKey(path string) error {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails, by its documentation
	return keyfile.Create(path, seed)
}

// Open returns the signer with the key in the file at path.
func Open(path string) (*Signer, error) {
	seed, err := keyfile.Read(path)
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("certificate: the key has %d bytes, want %d", len(seed), ed25519.SeedSize)
	}
	return &Signer{key: ed25519.NewKeyFromSeed(seed)}, nil
}

// PublicKey is what certificates are verified with.
func (s *Signer) PublicKey() ed25519.PublicKey {
	return ed25519.PublicKey(s.key[ed25519.SeedSize:]) // by the layout that the package documents
}

// Certify signs what was erased.
func (s *Signer) Certify(e vault.Erased) ([]byte, error) {
	c := erasure.Certificate{
		Request: e.Request.Name(), Member: "members/" + e.Request.Member, Holder: "holders/" + e.Request.Holder.String(),
		Vehicle: "vehicles/" + e.Request.Vehicle.String(), Scope: string(e.Request.Scope),
		ReceiveTime: e.Request.ReceiveTime, CompleteTime: *e.Request.EndTime,
		DestroyedKeys: make([]string, len(e.Keys)), Receipts: make([]erasure.Receipt, len(e.Receipts)),
	}
	for i, key := range e.Keys {
		c.DestroyedKeys[i] = key.String()
	}
	for i, r := range e.Receipts {
		c.Receipts[i] = erasure.Receipt{Store: r.Store, Purged: r.Purged, Kept: r.Kept, Time: r.Time}
	}
	return erasure.Sign(s.key, c)
}
