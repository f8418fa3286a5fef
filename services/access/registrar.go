package access

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

const (
	// registerInterval is the time between two looks for capsules that wait for the ledger.
	registerInterval = 500 * time.Millisecond
	// registerTimeout bounds one round.
	registerTimeout = time.Minute
)

// Registrar brings capsules to the ledger, as many in one transaction as wait. Several may run: what one has done another finds
// there.
type Registrar struct {
	Store  CapsuleStore
	Ledger Ledger
	Logger *slog.Logger
}

// Run brings capsules to the ledger until ctx ends.
func (r *Registrar) Run(ctx context.Context) error {
	ticker := time.NewTicker(registerInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := r.round(ctx); err != nil && ctx.Err() == nil {
				r.Logger.WarnContext(ctx, "capsules not registered", slog.String("error", err.Error()))
			}
		}
	}
}

// round registers what waits, at most one batch.
func (r *Registrar) round(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	waiting, err := r.Store.WaitingCapsules(ctx, access.MaxCapsules)
	if err != nil || len(waiting) == 0 {
		return err
	}
	hashes := make([]model.Hash, len(waiting))
	for i, w := range waiting {
		hashes[i] = w.Hash
	}
	there, err := r.Ledger.Registered(ctx, hashes)
	if err != nil {
		return err
	}
	if err := r.Store.MarkRegistered(ctx, there); err != nil {
		return err
	}
	has := make(map[model.Hash]bool, len(there))
	for _, hash := range there {
		has[hash] = true
	}
	batch := make(access.Capsules, 0, len(waiting))
	for _, w := range waiting {
		if !has[w.Hash] {
			batch = append(batch, w)
		}
	}
	return r.register(ctx, batch)
}

// register halves a batch that is refused, until it knows which capsule is refused: one must not keep the others from the ledger.
func (r *Registrar) register(ctx context.Context, batch access.Capsules) error {
	if len(batch) == 0 {
		return nil
	}
	text, err := batch.Canonical()
	if err != nil {
		return fmt.Errorf("access: capsules: %w", err)
	}
	err = r.Ledger.RegisterCapsules(ctx, string(text), "")
	reason := model.ReasonOf(err)
	switch {
	case err == nil:
		hashes := make([]model.Hash, len(batch))
		for i, c := range batch {
			hashes[i] = c.Hash
		}
		return r.Store.MarkRegistered(ctx, hashes)
	case reason == "" || reason.Transient():
		return err
	case reason == model.ReasonCapsuleExists:
		return nil // another process was faster; the next round finds out with which
	case len(batch) == 1:
		r.Logger.WarnContext(ctx, "capsule refused by the ledger", slog.String("reason", string(reason)))
		return r.Store.MarkRefused(ctx, batch[0].Hash, reason)
	}
	half := len(batch) / 2
	if err := r.register(ctx, batch[:half]); err != nil {
		return err
	}
	return r.register(ctx, batch[half:])
}
