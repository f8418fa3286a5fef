package settlement

import (
	"fmt"
	"time"
)

const day = 24 * time.Hour

// Loan is one draw on a member's credit, with what became of it.
type Loan struct {
	ID     string // UUID, derived from what it was drawn for
	Member string
	// Read is the id of the read that it pays a part of, "" for none.
	Read            string
	ContractVersion int
	Terms           Terms
	Principal       Amount
	// Outstanding is what is owed of the principal, Charges what is owed of fee, interest and penalty, as of ChargeTime. Penalty is all
	// that was charged as penalty so far.
	Outstanding, Charges, Penalty Amount
	ChargeTime                    time.Time
	CreateTime, DueTime           time.Time
	RepayTime                     time.Time // zero as long as something is owed
}

// newLoan is a draw under a contract. Its fee is owed at once.
func newLoan(id, read string, c Contract, principal Amount, now time.Time) (Loan, error) {
	fee, err := c.Fee.of(principal, 1)
	return Loan{
		ID: id, Member: c.Member, Read: read, ContractVersion: c.Version, Terms: c.Terms, Principal: principal, Outstanding: principal, Charges: fee,
		ChargeTime: now, CreateTime: now, DueTime: now.Add(time.Duration(c.GraceDays) * day),
	}, err
}

// Overdue says whether the loan should have been repaid by now.
func (l Loan) Overdue(now time.Time) bool { return l.RepayTime.IsZero() && now.After(l.DueTime) }

// onTime says whether a loan that is repaid was by its day.
func (l Loan) onTime() bool { return !l.RepayTime.After(l.DueTime) }

// Charged is the loan with the charges of all whole days until now.
func (l Loan) Charged(now time.Time) (Loan, error) {
	days := int64(now.Sub(l.ChargeTime) / day)
	if days <= 0 || !l.RepayTime.IsZero() {
		return l, nil
	}
	until := l.ChargeTime.Add(time.Duration(days) * day)
	late := min(max(int64(until.Sub(l.DueTime)/day), 0), days)
	interest, err := l.Terms.Interest.of(l.Outstanding, days)
	if err != nil {
		return Loan{}, err
	}
	penalty, err := l.Terms.Penalty.of(l.Outstanding, late)
	if err != nil {
		return Loan{}, err
	}
	most, err := l.Terms.MaxPenalty.of(l.Principal, 1)
	if err != nil {
		return Loan{}, err
	}
	penalty = min(penalty, most-l.Penalty)
	if l.Charges, err = sum(l.Charges, interest, penalty); err != nil {
		return Loan{}, err
	}
	l.Penalty, l.ChargeTime = l.Penalty+penalty, until
	return l, nil
}

// repay is the loan after a payment of at most an amount, and the transfer of what is paid: charges first. Request tells one payment
// from the other.
func (l Loan) repay(amount Amount, request string, now time.Time) (Loan, Transfer, error) {
	l, err := l.Charged(now)
	if err != nil {
		return Loan{}, Transfer{}, err
	}
	charges := min(amount, l.Charges)
	principal := min(amount-charges, l.Outstanding)
	l.Charges, l.Outstanding = l.Charges-charges, l.Outstanding-principal
	if l.Charges == 0 && l.Outstanding == 0 {
		l.RepayTime = now
	}
	t, err := newTransfer(
		l.repaymentID(request), KindCreditRepayment, "repayment of loans/"+l.ID, l.repaymentHash(amount, request),
		Posting{Available(l.Member), -charges - principal}, Posting{PoolInfrastructure, charges}, Posting{Credit(l.Member), principal},
	)
	return l, t, err
}

func (l Loan) repaymentID(request string) string { return deriveID("repayment", l.ID, request) }

func (l Loan) repaymentHash(amount Amount, request string) [32]byte {
	return hashOf(string(KindCreditRepayment), l.ID, request, amount.String())
}

// draw is the transfer of the loan's principal.
func (l Loan) draw() (Transfer, error) {
	what := ""
	if l.Read != "" {
		what = " for reads/" + l.Read
	}
	return newTransfer(
		deriveID("draw", l.ID), KindCreditDraw, fmt.Sprintf("loans/%s%s", l.ID, what),
		hashOf(string(KindCreditDraw), l.ID, l.Principal.String()),
		Posting{Credit(l.Member), -l.Principal}, Posting{Available(l.Member), l.Principal},
	)
}
