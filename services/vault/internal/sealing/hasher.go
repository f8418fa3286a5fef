package sealing

import (
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/prf"
)

const (
	hashPurpose = "pcc/vault/hash keyset/v1"
	hashSize    = 32
)

// Hasher computes HMAC-SHA256 under a key of the vault. The hash of a request with personal data is stored to recognise
// its repetition; a plain hash would let anybody who reads the table test a guess of who is in it.
type Hasher struct{ prf *prf.Set }

// CreateHashKeyset makes the keyset of a Hasher in a new file.
func CreateHashKeyset(ctx context.Context, path string, w KeyWrapper) error {
	return create(ctx, path, hashPurpose, prf.HMACSHA256PRFKeyTemplate(), w)
}

// OpenHasher returns the Hasher of the keyset in the file at path.
func OpenHasher(ctx context.Context, path string, w KeyWrapper) (*Hasher, error) {
	handle, err := open(ctx, path, hashPurpose, w)
	if err != nil {
		return nil, err
	}
	set, err := prf.NewPRFSet(handle)
	if err != nil {
		return nil, fmt.Errorf("sealing: hash keyset: %w", err)
	}
	return &Hasher{prf: set}, nil
}

// Hash returns 32 bytes.
func (h *Hasher) Hash(content []byte) ([]byte, error) {
	sum, err := h.prf.ComputePrimaryPRF(content, hashSize)
	if err != nil {
		return nil, fmt.Errorf("sealing: hash: %w", err)
	}
	return sum, nil
}
