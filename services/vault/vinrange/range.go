package vinrange

import (
	"errors"
	"slices"
	"strings"
)

// ErrMalformed says that text is no range. Its text does not repeat it.
var ErrMalformed = errors.New("vinrange: not a range of VINs")

const (
	vinLength = 17
	// alphabet has the characters of a VIN, and years the codes of model years in their order, which comes round.
	alphabet = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
	years    = "ABCDEFGHJKLMNPRSTVWXY123456789"
	// Places count from 0.
	checkPlace = 8
	yearPlace  = 9
	// minSerial and maxSerial bound the characters of a serial number.
	minSerial = 6
	maxSerial = 8
	// maxYears is how far apart the model years of a range may be.
	maxYears = 10
	// wmiLength is that of a world manufacturer identifier.
	wmiLength = 3
)

// Range is a set of VINs. The zero Range has none.
type Range struct {
	// low and high bound each place before the serial number; 0 in low matches anything.
	low, high [vinLength]byte
	// serial is the first place of the serial number, from and to its bounds.
	serial   int
	from, to string
	// byYear says that the serial numbers begin anew with each of the model years from year on.
	byYear    bool
	year      int
	yearCount int

	truncated     bool
	manufacturers []string
}

// Truncated reports whether the range states the end of VINs only. It contains nothing before it is made one of Of.
func (r Range) Truncated() bool { return r.truncated }

// Of returns the part of the range that has one of the world manufacturer identifiers, of three characters each.
func (r Range) Of(manufacturers []string) Range {
	r.manufacturers = slices.Clone(manufacturers)
	return r
}

// ValidManufacturer reports whether text is a world manufacturer identifier: three characters of VINs.
func ValidManufacturer(text string) bool {
	return len(text) == wmiLength && strings.Trim(text, alphabet) == ""
}

// Contains reports whether a VIN, of 17 characters in upper case, is in the range.
func (r Range) Contains(vin string) bool {
	if len(vin) != vinLength || r.from == "" || !r.isOfManufacturer(vin) {
		return false
	}
	for i := range r.serial {
		if r.low[i] != 0 && (vin[i] < r.low[i] || vin[i] > r.high[i]) {
			return false
		}
	}
	serial := vin[r.serial:]
	if !r.byYear {
		return r.from <= serial && serial <= r.to
	}
	since := yearsBetween(r.year, strings.IndexByte(years, vin[yearPlace]))
	return since >= 0 && since <= r.yearCount && (since > 0 || r.from <= serial) && (since < r.yearCount || serial <= r.to)
}

func (r Range) isOfManufacturer(vin string) bool {
	if len(r.manufacturers) == 0 {
		return !r.truncated
	}
	return slices.Contains(r.manufacturers, vin[:wmiLength])
}

// yearsBetween returns how many years a code comes after another, 0 to 29; -1 when one of them is none.
func yearsBetween(first, second int) int {
	if first < 0 || second < 0 {
		return -1
	}
	return (second - first + len(years)) % len(years)
}

// newRange makes the range between two ends of the same length, in which 0 stands for a masked character.
func newRange(first, second []byte) (Range, error) {
	before := vinLength - len(first)
	r := Range{truncated: before > 0}
	size := serialSize(first, second)
	r.serial = vinLength - size
	a, b := first[len(first)-size:], second[len(second)-size:]
	if slices.Contains(a, 0) || slices.Contains(b, 0) {
		return Range{}, ErrMalformed // a serial number that is not known
	}
	for i := before; i < r.serial; i++ {
		if x, y := first[i-before], second[i-before]; x != 0 && y != 0 {
			r.low[i], r.high[i] = min(x, y), max(x, y)
		}
	}
	if before <= checkPlace && (r.low[checkPlace] != r.high[checkPlace] || isChecked(first) && isChecked(second)) {
		r.low[checkPlace] = 0
	}
	r.from, r.to = string(a), string(b)
	if r.setYears(first, second, before); !r.byYear && r.from > r.to {
		r.from, r.to = r.to, r.from
	}
	return r, nil
}

// setYears finds out whether the range goes over model years.
func (r *Range) setYears(first, second []byte, before int) {
	if before > yearPlace || r.serial <= yearPlace {
		return
	}
	year := strings.IndexByte(years, first[yearPlace-before])
	count := yearsBetween(year, strings.IndexByte(years, second[yearPlace-before]))
	if count >= 1 && count <= maxYears {
		r.byYear, r.year, r.yearCount, r.low[yearPlace] = true, year, count, 0
	}
}

// serialSize counts the digits at the end of both, within the bounds of a serial number.
func serialSize(first, second []byte) int {
	n := 0
	for n < min(maxSerial, len(first)) && isDigit(first[len(first)-1-n]) && isDigit(second[len(second)-1-n]) {
		n++
	}
	return max(n, minSerial)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isChecked reports whether the ninth of 17 characters is the check digit of the others (49 CFR 565.15).
func isChecked(vin []byte) bool {
	const (
		values  = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ" // a letter is worth its place modulo 10
		weights = "8765432A098765432"                        // A is 10
		digits  = "0123456789X"
	)
	if len(vin) != vinLength {
		return false
	}
	sum := 0
	for i, c := range vin {
		value := strings.IndexByte(values, c)
		if value < 0 || c == '.' {
			return false
		}
		weight := int(weights[i] - '0')
		if weights[i] == 'A' {
			weight = 10
		}
		sum += value % 10 * weight
	}
	return vin[checkPlace] == digits[sum%11]
}
