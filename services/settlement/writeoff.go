package settlement

import "context"

// WriteOff books an unexplained entry on the platform itself: a fee of the bank, for one, or euro that nobody misses. It
// takes two people.
type WriteOff struct {
	Reference string // of the entry
	// Amount is what the ledger lacks of the entry: positive is received.
	Amount Amount
	// ApprovedBy is "" until a second person agrees. Then the transfer is made.
	ProposedBy, ApprovedBy string
}

// transfer moves the amount between the bank and the pool of the platform.
func (w WriteOff) transfer() (Transfer, error) {
	return newTransfer(
		deriveID("write-off", w.Reference), KindWriteOff, "bank entry "+w.Reference+" written off",
		hashOf(string(KindWriteOff), w.Reference, w.Amount.String()), Posting{BankEUR, -w.Amount}, Posting{PoolInfrastructure, w.Amount},
	)
}

// WriteOffEntry books an unexplained entry of a bank statement on pool:infrastructure, once a second person asks for it. A
// written-off entry stays so.
// Errors: ErrEntryNotFound, ErrEntryExplained, ErrInsufficientFunds (the pool does not hold what the bank took).
func (b *Bank) WriteOffEntry(ctx context.Context, reference, by string) (w WriteOff, err error) {
	var posted []Transfer
	err = b.store.InBankTx(ctx, func(tx BankTx) error {
		posted = nil
		// The bank's account is locked, so statements and other write-offs wait.
		balances, err := lock(ctx, tx, []AccountID{BankEUR, PoolInfrastructure})
		if err != nil {
			return err
		}
		var found bool
		if w, found, err = tx.WriteOff(ctx, reference); err != nil || w.ApprovedBy != "" || found && w.ProposedBy == by {
			return err
		}
		if !found {
			w, err = proposeWriteOff(ctx, tx, reference, by)
			return err
		}
		w.ApprovedBy = by
		t, err := w.transfer()
		if err != nil {
			return err
		}
		if err := post(ctx, tx, balances, t); err != nil {
			return err
		}
		if err := tx.ApproveWriteOff(ctx, w); err != nil {
			return err
		}
		posted = []Transfer{t}
		return tx.Audit(ctx, "WriteOffEntry", "transfers/"+t.ID)
	})
	if err != nil {
		return WriteOff{}, err
	}
	b.count(ctx, posted...)
	return w, nil
}

// proposeWriteOff records the first person's word. Of a receipt that was recorded with another amount, only the difference is
// missing in the ledger.
func proposeWriteOff(ctx context.Context, tx BankTx, reference, by string) (WriteOff, error) {
	references := []string{reference}
	entries, err := tx.Entries(ctx, references)
	if err != nil {
		return WriteOff{}, err
	}
	entry, found := entries[reference]
	if !found {
		return WriteOff{}, ErrEntryNotFound
	}
	receipts, err := tx.ReceiptAmounts(ctx, references)
	if err != nil {
		return WriteOff{}, err
	}
	w := WriteOff{Reference: reference, Amount: entry.Amount - receipts[reference], ProposedBy: by}
	if entry.Outcome != EntryUnexplained || w.Amount == 0 {
		return WriteOff{}, ErrEntryExplained
	}
	if err := tx.InsertWriteOff(ctx, w); err != nil {
		return WriteOff{}, err
	}
	return w, tx.Audit(ctx, "ProposeWriteOff", "bankEntries/"+reference)
}
