package anchortest

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// Cosigners sign as the log and ask nobody.
type Cosigners struct {
	signer *checkpoint.LogSigner
	// Away makes them fail with Err.
	Away bool
	Err  error
	// Asked counts their notes.
	Asked int
}

// NewCosigners returns the cosigners of an index with a new key.
func NewCosigners(t *testing.T) *Cosigners {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.key")
	if _, err := checkpoint.CreateLogKey(path, "test.example/index"); err != nil {
		t.Fatal(err)
	}
	signer, err := checkpoint.ReadLogKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return &Cosigners{signer: signer, Err: errors.New("no quorum")}
}

// Cosign implements anchor.Cosigners.
func (c *Cosigners) Cosign(_ context.Context, size uint64, root proof.Hash) ([]byte, error) {
	if c.Away {
		return nil, c.Err
	}
	c.Asked++
	return c.signer.Sign(checkpoint.Checkpoint{Origin: c.signer.Name(), Size: size, Root: root})
}
