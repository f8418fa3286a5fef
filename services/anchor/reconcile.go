package anchor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// reconcile compares the ledger's last epoch with the database's. One epoch more on the ledger is what a lost answer
// leaves behind, if it was cut here. Every other difference is a fault.
func (a *Anchorer) reconcile(ctx context.Context) error {
	last, err := a.Store.Last(ctx)
	if err != nil {
		return err
	}
	ours, theirs := uint64(0), uint64(0)
	if last != nil {
		ours = last.Number()
		a.Metrics.anchored(last.Candidate)
	}
	ledgers, err := a.latestOnLedger(ctx)
	if err != nil {
		return err
	}
	if ledgers != nil {
		theirs = ledgers.Number()
	}
	switch {
	case theirs < ours:
		return fmt.Errorf("%w: %d of %d", errLedgerBehind, theirs, ours)
	case theirs == ours:
		if last != nil && ledgers.Hash != last.Hash {
			return fmt.Errorf("%w: epoch %d on the ledger is another record than the one anchored", ErrDiverged, ours)
		}
	case theirs == ours+1:
		if err := a.adopt(ctx, *ledgers); err != nil {
			return err
		}
	case ours == 0:
		return ErrForeignLedger
	default:
		return fmt.Errorf("%w: the ledger holds %d epochs and the database %d", ErrDiverged, theirs, ours)
	}
	a.reconciled = true
	return nil
}

func (a *Anchorer) latestOnLedger(ctx context.Context) (*Candidate, error) {
	text, err := a.Ledger.LatestEpoch(ctx)
	if errors.Is(err, ErrNotOnLedger) {
		return nil, nil //nolint:nilnil // a new channel
	}
	if err != nil {
		return nil, err
	}
	c, err := ParseCandidate(text)
	if err != nil {
		return nil, fmt.Errorf("%w: the ledger's last epoch: %w", ErrDiverged, err)
	}
	return &c, nil
}

// adopt takes an epoch that the ledger holds for anchored, provided that it was cut here.
func (a *Anchorer) adopt(ctx context.Context, c Candidate) error {
	known, err := a.Store.HasCandidate(ctx, c.Number(), c.Hash)
	if err != nil {
		return err
	}
	if !known {
		if c.Number() > 1 {
			return fmt.Errorf("%w: epoch %d on the ledger was not cut here", ErrDiverged, c.Number())
		}
		return a.foreignFirst(ctx)
	}
	commit, err := a.Ledger.FindEpoch(ctx, c.Number())
	if err != nil {
		return err
	}
	a.Logger.InfoContext(ctx, "epoch found on the ledger", slog.Uint64("epoch", c.Number()))
	return a.anchored(ctx, c, commit)
}

// foreignFirst tells an empty database from one whose first candidate was overtaken.
func (a *Anchorer) foreignFirst(ctx context.Context) error {
	pending, err := a.Store.Pending(ctx)
	switch {
	case err != nil:
		return err
	case pending == nil:
		return ErrForeignLedger
	}
	return fmt.Errorf("%w: epoch 1 on the ledger was not cut here", ErrDiverged)
}
