package settlement

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Amount is a quantity of PCC_token in ten-thousandths: 25000 is "2.5000". Arithmetic on it is exact and checked; no
// floating point ever touches money.
type Amount int64

// MaxAmount is the largest amount there is.
const MaxAmount Amount = math.MaxInt64

const (
	// places is the number of decimals of an amount, unit the Amount of one PCC_token.
	places = 4
	unit   = 10_000
	// maxWholeDigits bounds what ParseAmount takes, so that every accepted text fits an Amount.
	maxWholeDigits = 14
)

// ParseAmount reads a decimal of up to 14 digits with up to 4 places, such as "2.5", without sign. Anything else is
// ErrAmountInvalid.
func ParseAmount(text string) (Amount, error) {
	whole, fraction, hasPoint := strings.Cut(text, ".")
	if len(whole) == 0 || len(whole) > maxWholeDigits || len(fraction) > places || hasPoint == (fraction == "") {
		return 0, ErrAmountInvalid
	}
	digits := whole + fraction + strings.Repeat("0", places-len(fraction))
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil {
		return 0, ErrAmountInvalid
	}
	return Amount(n), nil //nolint:gosec // 63 bits were asked for
}

// String formats a with all four places: "2.5000", "-0.0001".
func (a Amount) String() string {
	sign := ""
	if a < 0 {
		sign = "-"
	}
	n := a.magnitude()
	return fmt.Sprintf("%s%d.%0*d", sign, n/unit, places, n%unit)
}

func (a Amount) magnitude() uint64 {
	if a < 0 {
		return -uint64(a) //nolint:gosec // two's complement: right for math.MinInt64 too
	}
	return uint64(a)
}

// Add returns a+b, or ErrAmountOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if (b > 0 && a > math.MaxInt64-b) || (b < 0 && a < math.MinInt64-b) {
		return 0, ErrAmountOverflow
	}
	return a + b, nil
}

// part returns floor(a*p/10000), computed in 128 bits. It needs a >= 0 and p at most the whole, so the quotient fits.
func (a Amount) part(p BasisPoints) Amount {
	hi, lo := bits.Mul64(uint64(a), uint64(p)) //nolint:gosec // not negative
	quotient, _ := bits.Div64(hi, lo, wholeBasisPoints)
	return Amount(quotient) //nolint:gosec // at most a
}
