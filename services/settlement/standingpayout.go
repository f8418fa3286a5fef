package settlement

import (
	"context"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// duePayouts bounds the standing payouts that one run carries out; the next run takes the rest.
const duePayouts = 100

// StandingPayout has what a member earned paid out each month.
type StandingPayout struct {
	Member   string
	Creditor iso20022.Party
	// Keep is what stays available.
	Keep  Amount
	SetBy string
}

// DuePayout is a standing payout to be carried out for a closed month, at whose end Closing was available.
type DuePayout struct {
	StandingPayout
	Month   Month
	Closing Amount
}

// request is the payout of the month when so much is available: what was at its end, as far as it still is, less what stays, in
// whole cents. It is false when that is nothing.
func (d DuePayout) request(available Amount) (PayoutRequest, bool) {
	amount := min(d.Closing, available)
	if amount <= d.Keep {
		return PayoutRequest{}, false
	}
	amount = min(amount-d.Keep, amountOf(iso20022.MaxPayment))
	amount -= amount % centUnits
	return PayoutRequest{RequestID: "month " + d.Month.String(), Member: d.Member, Amount: amount, Creditor: d.Creditor, By: d.SetBy}, amount > 0
}

// SetStandingPayout has a member paid out each month, from the one that is open now. It replaces the one before.
// Errors: an invalid field of the creditor, ErrMemberNotFound.
func (b *Bank) SetStandingPayout(ctx context.Context, s StandingPayout) error {
	if err := validateCreditor(s.Creditor); err != nil {
		return err
	}
	return b.store.InBankTx(ctx, func(tx BankTx) error {
		if _, err := lock(ctx, tx, []AccountID{Available(s.Member)}); err != nil {
			return err
		}
		if err := tx.SaveStandingPayout(ctx, s); err != nil {
			return err
		}
		return tx.Audit(ctx, "SetStandingPayout", "members/"+s.Member)
	})
}

// DeleteStandingPayout ends a member's standing payout. Without one it does nothing.
func (b *Bank) DeleteStandingPayout(ctx context.Context, member string) error {
	return b.store.InBankTx(ctx, func(tx BankTx) error {
		if err := tx.DeleteStandingPayout(ctx, member); err != nil {
			return err
		}
		return tx.Audit(ctx, "DeleteStandingPayout", "members/"+member)
	})
}

// StandingPayout returns a member's, or ErrStandingPayoutNotFound.
func (b *Bank) StandingPayout(ctx context.Context, member string) (StandingPayout, error) {
	return b.store.MemberStandingPayout(ctx, member)
}

// PayMonth requests the standing payouts of the last closed month that were not yet, at most duePayouts of them, and returns how
// many it requested. While payouts are stopped there are none. One that fails does not keep the others.
// Errors: ErrPayoutsStopped.
func (b *Bank) PayMonth(ctx context.Context) (requested int, err error) {
	due, err := b.store.DueStandingPayouts(ctx, duePayouts)
	if err != nil {
		return 0, err
	}
	var failures []error
	for _, d := range due {
		switch done, err := b.payMonth(ctx, d); {
		case errors.Is(err, ErrPayoutsStopped):
			return requested, err
		case err != nil:
			failures = append(failures, fmt.Errorf("pay out %s for %s: %w", d.Member, d.Month, err))
		case done:
			requested++
		}
	}
	return requested, errors.Join(failures...)
}

func (b *Bank) payMonth(ctx context.Context, d DuePayout) (requested bool, err error) {
	var t Transfer
	err = b.store.InBankTx(ctx, func(tx BankTx) error {
		requested = false
		balances, err := lock(ctx, tx, []AccountID{Available(d.Member), Credit(d.Member), SuspensePayout})
		if err != nil {
			return err
		}
		// The member's account is locked, so another process has paid the month out before or sees it afterwards.
		if paid, err := tx.PaidOutForMonth(ctx, d.Month, d.Member); err != nil || paid {
			return err
		}
		q, worth := d.request(balances.payable(d.Member))
		if !worth {
			return tx.InsertMonthPayout(ctx, d.Month, d.Member, "")
		}
		if err := pegged(ctx, tx); err != nil {
			return err
		}
		p := q.payout(present(b.now))
		if t, err = p.reserve(); err != nil {
			return err
		}
		if err := post(ctx, tx, balances, t); err != nil {
			return err
		}
		if err := tx.InsertPayout(ctx, p); err != nil {
			return err
		}
		requested = true
		if err := tx.InsertMonthPayout(ctx, d.Month, d.Member, p.ID); err != nil {
			return err
		}
		return tx.Audit(ctx, "PayMonth", "payouts/"+p.ID)
	})
	if err != nil {
		return false, err
	}
	if requested {
		b.count(ctx, t)
	}
	return requested, nil
}
