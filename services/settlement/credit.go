package settlement

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

const (
	// firstPercent is the part of its cap that a member without history may owe. Each loan repaid on time adds onTimePercent, each
	// late one takes latePercent away; the last BehaviourLoans repaid ones count.
	firstPercent, onTimePercent, latePercent = 50, 10, 25

	// BehaviourLoans is how many of the loans repaid last say how a member repays.
	BehaviourLoans = 20
	// maxOpenLoans bounds the loans of a member that are not repaid.
	maxOpenLoans = 100
)

// CreditLimit is how much a member may owe now, and why.
type CreditLimit struct {
	Amount Amount
	// Percent is the part of the cap that the amount is.
	Percent int
	// Reasons explain the percentage, a sentence for each step.
	Reasons []string
}

// limitOf computes a limit from a contract's cap and from how loans were repaid. Loans may be in any order.
func limitOf(c Contract, loans []Loan, now time.Time) CreditLimit {
	l := CreditLimit{Percent: firstPercent, Reasons: []string{fmt.Sprintf("%d %% of the cap of %s to begin with", firstPercent, c.Cap)}}
	var repaid []Loan
	for _, loan := range loans {
		if loan.Overdue(now) {
			l.Percent = 0
			l.Reasons = []string{fmt.Sprintf("nothing: loans/%s was to be repaid by %s", loan.ID, loan.DueTime.UTC().Format(time.DateOnly))}
			return l
		}
		if !loan.RepayTime.IsZero() {
			repaid = append(repaid, loan)
		}
	}
	slices.SortFunc(repaid, func(a, b Loan) int { return cmp.Or(a.RepayTime.Compare(b.RepayTime), cmp.Compare(a.ID, b.ID)) })
	for _, loan := range repaid[max(0, len(repaid)-BehaviourLoans):] {
		if loan.onTime() {
			l.Percent = min(l.Percent+onTimePercent, 100)
			l.Reasons = append(l.Reasons, fmt.Sprintf("+%d %%, to %d %%: loans/%s was repaid on time", onTimePercent, l.Percent, loan.ID))
		} else {
			l.Percent = max(l.Percent-latePercent, 0)
			l.Reasons = append(l.Reasons, fmt.Sprintf("-%d %%, to %d %%: loans/%s was repaid late", latePercent, l.Percent, loan.ID))
		}
	}
	l.Amount = c.Cap.part(BasisPoints(l.Percent * wholeBasisPoints / 100)) //nolint:gosec // at most the whole
	return l
}

// CreditLine is what a member may owe and owes.
type CreditLine struct {
	Contract Contract
	Limit    CreditLimit
	// Owed is what was drawn and not repaid, charges apart.
	Owed Amount
	// Loans are those that are not repaid, oldest first, as charged until now.
	Loans []Loan
}

// Left is what may still be drawn.
func (l CreditLine) Left() Amount { return max(l.Limit.Amount-l.Owed, 0) }

// newCreditLine draws up a line from a member's contract, its open loans and those repaid last.
func newCreditLine(c Contract, loans []Loan, now time.Time) (CreditLine, error) {
	line := CreditLine{Contract: c, Limit: limitOf(c, loans, now)}
	for _, loan := range loans {
		if !loan.RepayTime.IsZero() {
			continue
		}
		charged, err := loan.Charged(now)
		if err != nil {
			return CreditLine{}, err
		}
		if line.Owed, err = line.Owed.Add(loan.Outstanding); err != nil {
			return CreditLine{}, err
		}
		line.Loans = append(line.Loans, charged)
	}
	slices.SortFunc(line.Loans, func(a, b Loan) int { return cmp.Or(a.CreateTime.Compare(b.CreateTime), cmp.Compare(a.ID, b.ID)) })
	return line, nil
}

// draw makes a loan of an amount, or says why there is none: ErrCreditLimit.
func (l CreditLine) draw(id, read string, amount Amount, now time.Time) (Loan, error) {
	if amount > l.Left() || len(l.Loans) >= maxOpenLoans {
		return Loan{}, ErrCreditLimit
	}
	return newLoan(id, read, l.Contract, amount, now)
}
