package settlement

import (
	"context"
	"errors"

	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// RequestPayout sets a member's amount aside to be paid out. It is idempotent by member and request id.
// Errors: ErrAmountNotPayable, an invalid field of the creditor, ErrMemberNotFound, ErrInsufficientFunds, ErrCreditOwed, ErrPayoutsStopped,
// ErrRequestIDReused.
func (b *Bank) RequestPayout(ctx context.Context, q PayoutRequest) (Payout, error) {
	if err := q.validate(); err != nil {
		return Payout{}, err
	}
	p := q.payout(present(b.now))
	t, err := p.reserve()
	if err != nil {
		return Payout{}, err
	}
	posted := false
	err = b.store.InBankTx(ctx, func(tx BankTx) (err error) {
		p, posted, err = requestOnce(ctx, tx, p, t)
		return err
	})
	if err == nil && posted {
		b.count(ctx, t)
	}
	return p, err
}

func requestOnce(ctx context.Context, tx BankTx, p Payout, t Transfer) (_ Payout, posted bool, err error) {
	// The member's account is locked, so the look-up below sees every request of the member before this one.
	balances, err := lock(ctx, tx, append(t.accounts(), Credit(p.Member)))
	if err != nil {
		return Payout{}, false, err
	}
	switch recorded, err := tx.Payout(ctx, p.ID); {
	case err == nil && recorded.RequestHash != p.RequestHash:
		return Payout{}, false, ErrRequestIDReused
	case err == nil || !errors.Is(err, ErrPayoutNotFound):
		return recorded, false, err
	}
	if err := pegged(ctx, tx); err != nil {
		return Payout{}, false, err
	}
	if err := post(ctx, tx, balances, t); err != nil {
		return Payout{}, false, err
	}
	if balances.payable(p.Member) < 0 {
		return Payout{}, false, ErrCreditOwed
	}
	if err := tx.InsertPayout(ctx, p); err != nil {
		return Payout{}, false, err
	}
	return p, true, tx.Audit(ctx, "RequestPayout", "payouts/"+p.ID)
}

// pegged is ErrPayoutsStopped while ledger and bank disagree.
func pegged(ctx context.Context, tx BankTx) error {
	peg, err := tx.Peg(ctx)
	if err == nil && !peg.Holds() {
		return ErrPayoutsStopped
	}
	return err
}

// MemberPayouts lists at most limit payouts of a member with a number below before, the last requested first.
func (b *Bank) MemberPayouts(ctx context.Context, member string, before int64, limit int) ([]Payout, error) {
	return b.store.MemberPayouts(ctx, member, before, limit)
}

// ApprovePayout records that a second person of the member wants a payout. Approved once, a payout stays so.
// Errors: ErrPayoutNotFound, ErrPayoutState, ErrSamePerson.
func (b *Bank) ApprovePayout(ctx context.Context, member, id, by string) (p Payout, err error) {
	err = b.store.InBankTx(ctx, func(tx BankTx) error {
		if p, err = lockPayout(ctx, tx, id, member); err != nil || p.ApprovedBy != "" {
			return err
		}
		if p, err = p.approve(by); err != nil {
			return err
		}
		if err := tx.UpdatePayout(ctx, p); err != nil {
			return err
		}
		return tx.Audit(ctx, "ApprovePayout", "payouts/"+id)
	})
	return p, err
}

// CancelPayout gives a member's payout back that was not exported yet. A cancelled one stays so.
// Errors: ErrPayoutNotFound, ErrPayoutState.
func (b *Bank) CancelPayout(ctx context.Context, member, id string) (Payout, error) {
	return b.giveBack(ctx, id, member, "CancelPayout", PayoutCancelled)
}

// RejectPayout gives an exported payout back that the bank refused to make. A rejected one stays so.
// Errors: ErrPayoutNotFound, ErrPayoutState.
func (b *Bank) RejectPayout(ctx context.Context, id string) (Payout, error) {
	return b.giveBack(ctx, id, "", "RejectPayout", PayoutRejected)
}

func (b *Bank) giveBack(ctx context.Context, id, member, action string, final PayoutState) (p Payout, err error) {
	var t Transfer
	posted := false
	err = b.store.InBankTx(ctx, func(tx BankTx) error {
		posted = false
		if p, err = lockPayout(ctx, tx, id, member); err != nil || p.State == final {
			return err
		}
		if p, t, err = p.giveBack(final); err != nil {
			return err
		}
		balances, err := lock(ctx, tx, t.accounts())
		if err != nil {
			return err
		}
		if err := post(ctx, tx, balances, t); err != nil {
			return err
		}
		if err := tx.UpdatePayout(ctx, p); err != nil {
			return err
		}
		posted = true
		return tx.Audit(ctx, action, "payouts/"+id)
	})
	if err == nil && posted {
		b.count(ctx, t)
	}
	return p, err
}

// lockPayout holds a payout of a member, of any when member is "", or is ErrPayoutNotFound.
func lockPayout(ctx context.Context, tx BankTx, id, member string) (Payout, error) {
	payouts, err := tx.LockPayouts(ctx, []string{id})
	if err != nil {
		return Payout{}, err
	}
	p, found := payouts[id]
	if !found || member != "" && p.Member != member {
		return Payout{}, ErrPayoutNotFound
	}
	return p, nil
}

// ExportPayouts makes the message by which the bank is asked to make the payouts that wait, at most iso20022.MaxPayments of
// them. The same request id gives the same message.
// Errors: ErrBankNotConfigured, ErrPayoutsStopped, ErrNothingToExport.
func (b *Bank) ExportPayouts(ctx context.Context, requestID string) (batch PayoutBatch, err error) {
	if b.account.Party.IBAN == "" {
		return PayoutBatch{}, ErrBankNotConfigured
	}
	id := deriveID("payout batch", requestID)
	err = b.store.InBankTx(ctx, func(tx BankTx) error {
		// Exports come one after another by the bank's account. They lock payouts behind it, which is safe as they wait for none.
		if _, err := lock(ctx, tx, []AccountID{BankEUR}); err != nil {
			return err
		}
		var found bool
		if batch, found, err = tx.Batch(ctx, id); err != nil || found {
			return err
		}
		if err := pegged(ctx, tx); err != nil {
			return err
		}
		batch, err = b.export(ctx, tx, id)
		return err
	})
	return batch, err
}

func (b *Bank) export(ctx context.Context, tx BankTx, id string) (PayoutBatch, error) {
	payouts, err := tx.PayablePayouts(ctx, b.account.Limit, iso20022.MaxPayments)
	if err != nil {
		return PayoutBatch{}, err
	}
	if len(payouts) == 0 {
		return PayoutBatch{}, ErrNothingToExport
	}
	batch := PayoutBatch{ID: id, Payments: len(payouts), CreateTime: present(b.now)}
	if batch.Document, err = b.initiation(batch, payouts).Encode(); err != nil {
		return PayoutBatch{}, err
	}
	if err := tx.InsertBatch(ctx, batch, payouts); err != nil {
		return PayoutBatch{}, err
	}
	return batch, tx.Audit(ctx, "ExportPayouts", "payoutBatches/"+id)
}

func (b *Bank) initiation(batch PayoutBatch, payouts []Payout) iso20022.Initiation {
	m := iso20022.Initiation{
		ID: endToEndID(batch.ID), Created: batch.CreateTime, Execution: batch.CreateTime, Debtor: b.account.Party,
	}
	for _, p := range payouts {
		m.Payments = append(m.Payments, iso20022.Payment{
			EndToEndID: endToEndID(p.ID), Amount: cents(p.Amount), Creditor: p.Creditor, Remittance: "PCC payout",
		})
	}
	return m
}
