package history

import (
	"errors"
	"math/big"
	"regexp"
	"strings"

	"google.golang.org/protobuf/proto"
)

// errNotDecimal says that a text is no decimal number within bounds.
var errNotDecimal = errors.New("not a decimal number")

// decimalPattern has at most two digits of exponent.
var decimalPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$`)

// decimal reads a number as JSON writes it, exactly. Length and exponent are
// bounded, because 1e999999999 is a short text and a very long number.
func decimal(text string) (*big.Rat, error) {
	const maxLength = 40
	if len(text) > maxLength || !decimalPattern.MatchString(text) {
		return nil, errNotDecimal
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, errNotDecimal
	}
	return value, nil
}

// times multiplies a decimal by a whole number and rounds half to even, which is
// exact unless the source is finer than the event's own unit.
func times(text string, factor *big.Rat) (int64, error) {
	value, err := decimal(text)
	if err != nil {
		return 0, err
	}
	value.Mul(value, factor)
	return roundHalfEven(value)
}

func roundHalfEven(value *big.Rat) (int64, error) {
	quotient, remainder := new(big.Int).DivMod(value.Num(), value.Denom(), new(big.Int))
	switch twice := remainder.Lsh(remainder, 1).Cmp(value.Denom()); {
	case twice > 0, twice == 0 && quotient.Bit(0) == 1:
		quotient.Add(quotient, big.NewInt(1))
	}
	if !quotient.IsInt64() {
		return 0, errNotDecimal
	}
	return quotient.Int64(), nil
}

// pointed writes a number that has a decimal comma with a point.
func pointed(text string) string { return strings.Replace(text, ",", ".", 1) }

// permilleOf reads a percentage, nil when there is none.
func permilleOf(percent string) (*int32, error) {
	if percent == "" {
		return nil, nil //nolint:nilnil // not measured
	}
	const most = 2000 // what a kind allows is less
	n, err := times(percent, big.NewRat(10, 1))
	if err != nil || n < 0 || n > most {
		return nil, errNotAValue
	}
	return proto.Int32(int32(n)), nil
}
