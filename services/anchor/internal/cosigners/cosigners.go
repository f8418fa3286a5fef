// Package cosigners has the checkpoints of the index signed by us and cosigned by the members' witnesses.
package cosigners

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/quorum"
)

// linger is how long a slow witness may still answer when there are enough cosignatures.
const linger = 500 * time.Millisecond

// Cosigners implements anchor.Cosigners.
type Cosigners struct {
	signer *checkpoint.LogSigner
	quorum *quorum.Quorum // nil without witnesses
	prove  quorum.ProveFunc
}

// Options say who signs and whom to ask.
type Options struct {
	// LogKeyFile is the key of the platform's logs.
	LogKeyFile string
	// Witnesses may be none: then checkpoints bear the log's signature alone. A majority of them must cosign.
	Witnesses []quorum.Witness
	// Prove returns consistency proofs of the index.
	Prove quorum.ProveFunc
	HTTP  *http.Client
}

// New reads the log's key.
func New(opts Options) (*Cosigners, error) {
	key, err := checkpoint.ReadLogKey(opts.LogKeyFile)
	if err != nil {
		return nil, fmt.Errorf("cosigners: %w", err)
	}
	signer, err := key.For(keeper.Index)
	if err != nil {
		return nil, fmt.Errorf("cosigners: %w", err)
	}
	c := &Cosigners{signer: signer, prove: opts.Prove}
	if len(opts.Witnesses) == 0 {
		return c, nil
	}
	log, err := checkpoint.NewLog(signer.Name(), signer.VerifierKey())
	if err != nil {
		return nil, fmt.Errorf("cosigners: %w", err)
	}
	c.quorum, err = quorum.New(quorum.Options{
		Log: log, Witnesses: opts.Witnesses, Need: len(opts.Witnesses)/2 + 1, Linger: linger, HTTP: opts.HTTP,
	})
	if err != nil {
		return nil, fmt.Errorf("cosigners: %w", err)
	}
	return c, nil
}

// Cosign returns the checkpoint of the index of a size with our signature and enough cosignatures.
func (c *Cosigners) Cosign(ctx context.Context, size uint64, root proof.Hash) ([]byte, error) {
	signed, err := c.signer.Sign(checkpoint.Checkpoint{Origin: c.signer.Name(), Size: size, Root: root})
	if err != nil || c.quorum == nil {
		return signed, err
	}
	collected, err := c.quorum.Collect(ctx, signed, c.prove)
	return collected.Note, err
}
