package anchor

import (
	"context"
	"fmt"
)

// Service answers questions about anchoring.
type Service struct {
	Store  Store
	Ledger Ledger
}

// Status says how far anchoring is.
type Status struct {
	Anchored, Pending uint64 // epochs
	Entries           uint64 // journal entries under the last anchored epoch
	LedgerHeight      uint64 // blocks
	EndorsingMSPs     []string
}

// Epoch returns the epoch of that number, or ErrEpochNotFound.
func (s Service) Epoch(ctx context.Context, number uint64) (Epoch, error) {
	return s.Store.Epoch(ctx, number)
}

// Epochs returns at most limit epochs with numbers below before, newest first.
func (s Service) Epochs(ctx context.Context, before uint64, limit int) ([]Epoch, error) {
	return s.Store.Epochs(ctx, before, limit)
}

// Status returns ErrLedgerUnavailable if the ledger does not answer.
func (s Service) Status(ctx context.Context) (Status, error) {
	var status Status
	last, err := s.Store.Last(ctx)
	if err != nil {
		return Status{}, err
	}
	if last != nil {
		status.Anchored, status.Entries, status.EndorsingMSPs = last.Number(), last.Entries(), last.Transaction.EndorsingMSPs()
	}
	waiting, err := s.Store.CountWaiting(ctx)
	if err != nil {
		return Status{}, err
	}
	status.Pending = uint64(waiting) // #nosec G115 -- a count
	if status.LedgerHeight, err = s.Ledger.Height(ctx); err != nil {
		return Status{}, ErrLedgerUnavailable.Wrap(fmt.Errorf("anchor: ledger height: %w", err))
	}
	return status, nil
}
