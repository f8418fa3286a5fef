package settlement

import "context"

// Reversal is the opposite of a transfer that should not have been made. It takes two people.
type Reversal struct {
	Transfer string // id
	Cause    string
	// ApprovedBy is "" until a second person agrees. Then the opposite is made.
	ProposedBy, ApprovedBy string
}

// transfer is the opposite of t. Its id is derived, so there is at most one.
func (r Reversal) transfer(t Transfer) (Transfer, error) {
	postings := make([]Posting, len(t.Postings))
	for i, p := range t.Postings {
		postings[i] = Posting{p.Account, -p.Amount}
	}
	return newTransfer(deriveID("reversal", t.ID), KindReversal, "reversal of transfers/"+t.ID+": "+r.Cause, hashOf(string(KindReversal), t.ID, r.Cause), postings...)
}

// ReverseTransfer makes the opposite of a transfer once a second person asks for it, and returns its id; "" before. A reversed transfer
// stays so.
// Errors: ErrTransferNotFound, ErrNotReversible, ErrInsufficientFunds (who received it has spent it).
func (l *Ledger) ReverseTransfer(ctx context.Context, id, cause, by string) (reversal string, err error) {
	var posted []Transfer
	err = l.store.InLedgerTx(ctx, func(tx LedgerTx) error {
		posted, reversal = nil, "" // of an earlier try
		made, err := tx.Transfer(ctx, id)
		if err != nil {
			return err
		}
		if made.Kind != KindTransfer && made.Kind != KindPostPending {
			return ErrNotReversible
		}
		// The accounts are locked, so other reversals of it wait.
		balances, err := lock(ctx, tx, made.accounts())
		if err != nil {
			return err
		}
		r, complete, err := seconded(ctx, tx, Reversal{Transfer: id, Cause: cause, ProposedBy: by})
		if err != nil || r.ApprovedBy == "" {
			return err
		}
		t, err := r.transfer(made.Transfer)
		if reversal = t.ID; err != nil || complete {
			return err
		}
		if err := post(ctx, tx, balances, t); err != nil {
			return err
		}
		posted = []Transfer{t}
		return tx.Audit(ctx, "ReverseTransfer", "transfers/"+id)
	})
	if err != nil {
		return "", err
	}
	for _, t := range posted {
		l.metrics.TransferPosted(ctx, t.Kind, t.volume())
	}
	return reversal, nil
}

// seconded records what asked says, as the first or the second person's word, and returns the reversal as it is then; complete when the
// opposite was made before.
func seconded(ctx context.Context, tx LedgerTx, asked Reversal) (r Reversal, complete bool, err error) {
	r, found, err := tx.Reversal(ctx, asked.Transfer)
	switch {
	case err != nil:
		return r, false, err
	case !found:
		if err := tx.InsertReversal(ctx, asked); err != nil {
			return asked, false, err
		}
		return asked, false, tx.Audit(ctx, "ProposeReversal", "transfers/"+asked.Transfer)
	case r.ApprovedBy != "" || r.ProposedBy == asked.ProposedBy:
		return r, r.ApprovedBy != "", nil
	default:
		r.ApprovedBy = asked.ProposedBy
		return r, false, tx.ApproveReversal(ctx, r)
	}
}
