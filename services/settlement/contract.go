package settlement

import (
	"math"
	"math/bits"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// PPM is a rate in parts per million: 200 is 0.02 %.
type PPM uint32

const (
	wholePPM PPM = 1_000_000
	// maxGraceDays bounds how long a loan may take.
	maxGraceDays = 365
)

// of returns the rate of an amount (not negative) for a number of days, rounded down; or ErrAmountOverflow.
func (p PPM) of(a Amount, days int64) (Amount, error) {
	hi, lo := bits.Mul64(uint64(a), uint64(p)*uint64(days)) //nolint:gosec // neither is negative; a rate for a thousand years fits
	if hi >= uint64(wholePPM) {
		return 0, ErrAmountOverflow
	}
	quotient, _ := bits.Div64(hi, lo, uint64(wholePPM))
	if quotient > math.MaxInt64 {
		return 0, ErrAmountOverflow
	}
	return Amount(quotient), nil
}

// Terms are what a contract says about a member's credit.
type Terms struct {
	// Cap is the most that the member may owe, charges apart.
	Cap Amount
	// Fee is charged once on each loan; Interest for each day on what is owed of it.
	Fee, Interest PPM
	// GraceDays are the days from the draw within which a loan is to be repaid.
	GraceDays int
	// Penalty is charged on top for each day after them, on what is owed; MaxPenalty of the principal is the most in all.
	Penalty, MaxPenalty PPM
}

func (t Terms) validate() error {
	switch {
	case t.Cap < 0:
		return ErrAmountInvalid
	case max(t.Fee, t.Interest, t.Penalty, t.MaxPenalty) > wholePPM:
		return apperr.InvalidField("terms", "a rate is at most 1000000 parts per million")
	case t.GraceDays < 1 || t.GraceDays > maxGraceDays:
		return apperr.InvalidField("terms.grace_days", "a loan is for 1 to %d days", maxGraceDays)
	}
	return nil
}

// Contract is a version of what was agreed with a member. A version never changes: a loan keeps the one that it was drawn under.
type Contract struct {
	Member string
	// Version counts a member's contracts from 1.
	Version int
	Terms
	CreateTime time.Time
}
