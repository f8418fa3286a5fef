package settlement

import "context"

// RecordReceipt mints r.Amount for r.Member and returns r with its outcome. It is idempotent by request id and by bank
// reference. A receipt above the limit mints when a second person records the same. One that a bank statement had brought
// into suspense is taken from there.
// Errors: ErrAmountInvalid, ErrMemberNotFound, ErrReceiptExists, ErrRequestIDReused.
func (s *Service) RecordReceipt(ctx context.Context, r Receipt) (Receipt, error) {
	if r.Amount <= 0 {
		return Receipt{}, ErrAmountInvalid
	}
	var t Transfer
	posted := false
	err := s.store.InTx(ctx, func(tx Tx) (err error) {
		r, t, posted, err = s.receiveOnce(ctx, tx, r)
		return err
	})
	return r, s.concluded(ctx, t, posted, err)
}

func (s *Service) receiveOnce(ctx context.Context, tx Tx, r Receipt) (_ Receipt, t Transfer, posted bool, err error) {
	// The bank's account is locked, so the look-ups below see every receipt and statement before this one.
	balances, err := lock(ctx, tx, []AccountID{BankEUR, Available(r.Member), SuspenseReceipt})
	if err != nil {
		return Receipt{}, t, false, err
	}
	recorded, err := tx.Receipts(ctx, r.BankReference, r.RequestID)
	if err != nil {
		return Receipt{}, t, false, err
	}
	if len(recorded) > 0 {
		return recorded[0], t, false, r.repeats(recorded[0])
	}
	if t, err = source(ctx, tx, r); err != nil {
		return Receipt{}, t, false, err
	}
	if complete, err := s.witnessed(ctx, tx, r); err != nil || !complete {
		return r, t, false, err
	}
	if err := post(ctx, tx, balances, t); err != nil {
		return Receipt{}, t, false, err
	}
	r.TransferID, r.Balance = t.ID, balances[Available(r.Member)].Balance
	if err := tx.InsertReceipt(ctx, r); err != nil {
		return Receipt{}, t, false, err
	}
	return r, t, true, tx.Audit(ctx, "RecordReceipt", "transfers/"+t.ID)
}

// source is the transfer that a receipt makes: from suspense when a statement brought it there, new PCC_token when none has
// shown it. Whatever else a statement did with it stands, and is ErrReceiptExists.
func source(ctx context.Context, tx Tx, r Receipt) (Transfer, error) {
	entries, err := tx.Entries(ctx, []string{r.BankReference})
	if err != nil {
		return Transfer{}, err
	}
	switch entry, shown := entries[r.BankReference]; {
	case !shown:
		return r.mint()
	case entry.Outcome == EntrySuspended && entry.Amount == r.Amount:
		return r.assign()
	default:
		return Transfer{}, ErrReceiptExists
	}
}

// witnessed says whether enough people have recorded the receipt, and remembers the first of two.
func (s *Service) witnessed(ctx context.Context, tx Tx, r Receipt) (bool, error) {
	if r.Amount <= s.limit {
		return true, nil
	}
	first, found, err := tx.ReceiptProposal(ctx, r.BankReference)
	if err != nil {
		return false, err
	}
	if found {
		return r.seconds(first)
	}
	if err := tx.InsertReceiptProposal(ctx, r.proposal()); err != nil {
		return false, err
	}
	return false, tx.Audit(ctx, "ProposeReceipt", "members/"+r.Member)
}
