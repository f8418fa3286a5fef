package anchor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// reconcile compares the ledger's last epoch with the database's. One epoch more on the ledger is what a lost answer
// leaves behind, and adopted if it was cut here. Every other difference is a fault.
func (a *Anchorer) reconcile(ctx context.Context) (adopted bool, err error) {
	a.reconciled = false
	last, err := a.Store.Last(ctx)
	if err != nil {
		return false, err
	}
	theirs, err := a.latestOnLedger(ctx)
	if err != nil {
		return false, err
	}
	switch ours, held := numberOf(last), numberOf(theirs); {
	case held < ours:
		return false, fmt.Errorf("%w: %d of %d", errLedgerBehind, held, ours)
	case held == ours && held > 0 && theirs.Hash != last.Hash:
		return false, fmt.Errorf("%w: epoch %d on the ledger is another record than the one anchored", ErrDiverged, ours)
	case held == ours+1:
		err, adopted = a.adopt(ctx, *theirs), true
	case held > ours && ours == 0:
		err = ErrForeignLedger
	case held > ours:
		err = fmt.Errorf("%w: the ledger holds %d epochs and the database %d", ErrDiverged, held, ours)
	}
	a.reconciled = err == nil
	return adopted && err == nil, err
}

// numberOf returns 0 for no epoch.
func numberOf[E interface{ Number() uint64 }](e *E) uint64 {
	if e == nil {
		return 0
	}
	return (*e).Number()
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

// foreignFirst tells an empty database from one whose first candidate is not what the ledger holds.
func (a *Anchorer) foreignFirst(ctx context.Context) error {
	last, err := a.Store.LastCandidate(ctx)
	switch {
	case err != nil:
		return err
	case last == nil:
		return ErrForeignLedger
	}
	return fmt.Errorf("%w: epoch 1 on the ledger was not cut here", ErrDiverged)
}
