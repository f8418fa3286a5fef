package ingest

import (
	"math/bits"
	"strings"
)

// Unit is the unit of a raw odometer value.
type Unit uint8

// The units. There is no default: a value without a unit is refused.
const (
	UnitUnknown Unit = iota
	Kilometre
	Mile
	Metre
)

const (
	// maxOdometerMetres is 7,000,000,000 km: all that a counter of 32 bits can show, in miles too. What devices send for "no
	// value" is below it, and for the adjudication to set aside: the rest of such an event is worth having.
	maxOdometerMetres = 7_000_000_000_000
	// maxIntegerDigits and maxFractionDigits bound a raw value's text.
	maxIntegerDigits  = 12
	maxFractionDigits = 3
)

// Odometer is one mileage as the source has it.
type Odometer struct {
	// Path is where it stands in the CloudEvent, for example "data.odometer".
	Path string
	// Raw is the decimal number as shown.
	Raw  string
	Unit Unit
	// HasProvenance says whether the source told how the value left the vehicle.
	HasProvenance bool
	// SignedInVehicle says that the source claims the value to be signed in the vehicle.
	SignedInVehicle bool
}

// Metres returns the canonical mileage in metres, rounded half to even, or the fault for which the event is refused.
// Zero is a mileage like any other here: whether to believe it is a question of the vehicle's history, not of its form.
func (o Odometer) Metres() (int64, *Fault) {
	if o.Unit == UnitUnknown {
		return 0, NewFault(ReasonUnitUnknown, o.Path+".raw_unit", "the unit is not stated; there is no default")
	}
	if !o.HasProvenance {
		return 0, NewFault(ReasonProvenanceUnknown, o.Path+".provenance", "how the value left the vehicle is not stated")
	}
	thousandths, negative, ok := parseThousandths(o.Raw)
	switch {
	case !ok:
		return 0, NewFault(ReasonOdometerMalformed, o.Path+".raw_value",
			"not a decimal number of at most %d digits before and %d after the point", maxIntegerDigits, maxFractionDigits)
	case negative:
		return 0, NewFault(ReasonOdometerNegative, o.Path+".raw_value", "the mileage is negative")
	}
	metres, ok := toMetres(thousandths, o.Unit)
	if !ok {
		return 0, NewFault(ReasonOdometerAbsurd, o.Path+".raw_value", "more than %d km", maxOdometerMetres/1000)
	}
	return metres, nil
}

// parseThousandths reads "-12.345" as 12345, negative. A sign other than "-", an exponent, a missing digit on either side
// of the point are malformed.
func parseThousandths(raw string) (value uint64, negative, ok bool) {
	text, negative := strings.CutPrefix(raw, "-")
	whole, fraction, pointed := strings.Cut(text, ".")
	if whole == "" || len(whole) > maxIntegerDigits || len(fraction) > maxFractionDigits || pointed && fraction == "" {
		return 0, false, false
	}
	digits := whole + fraction + "000"[:maxFractionDigits-len(fraction)]
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return 0, false, false
		}
		value = value*10 + uint64(d-'0')
	}
	return value, negative, true
}

// toMetres converts thousandths of a unit; ok is false above maxOdometerMetres. A product has up to 71 bits.
func toMetres(thousandths uint64, unit Unit) (metres int64, ok bool) {
	var numerator, denominator uint64 = 1, 1
	switch unit {
	case Kilometre: // a thousandth of it is a metre
	case Metre:
		denominator = 1000
	case Mile: // 1609.344 m
		numerator, denominator = 1_609_344, 1_000_000
	case UnitUnknown:
		return 0, false
	}
	hi, lo := bits.Mul64(thousandths, numerator)
	if hi >= denominator {
		return 0, false
	}
	quotient, remainder := bits.Div64(hi, lo, denominator)
	if quotient > maxOdometerMetres || quotient == maxOdometerMetres && remainder > 0 {
		return 0, false
	}
	if twice := 2 * remainder; twice > denominator || twice == denominator && quotient%2 == 1 {
		quotient++
	}
	return int64(quotient), true
}
