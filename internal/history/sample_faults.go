package history

import (
	"math"
	"strconv"
)

// The sample's faults and their rates. The rates are close to what public
// collections of inspections show: about one vehicle in twelve has a decrease,
// one row in two hundred no mileage, one row in fifty shares its day with
// another.

// rowFault names what is wrong with one row; a row has at most one.
type rowFault string

const (
	// faultBlank is a mileage that was not obtained.
	faultBlank rowFault = "blank"
	// faultZero is a zero in place of the mileage.
	faultZero rowFault = "zero"
	// faultTyping is a digit lost, doubled, changed or swapped with its neighbour.
	faultTyping rowFault = "typing error"
	// faultUnitSlip is a display in miles written down as kilometres.
	faultUnitSlip rowFault = "unit slip"
	// faultDip is a value too low by 10 to 60 %, with right ones after it.
	faultDip rowFault = "dip"
	// faultSameDay repeats the row before it: as it is, or with another centre.
	faultSameDay rowFault = "same day"
)

// historyFault names what is wrong with a whole history, which has at most one.
type historyFault string

const (
	// faultRollback lowers the display by 20 to 60 % for good.
	faultRollback historyFault = "rollback"
	// faultRollover is a display of five digits, which starts again after 99,999.
	faultRollover historyFault = "rollover"
	// faultLateRegistration is a first registration after the first inspection,
	// as of an imported car.
	faultLateRegistration historyFault = "late registration"
)

// rate is how often a fault occurs.
type rate[F ~string] struct {
	fault F
	share float64
}

// rowRates are shares of all rows.
func rowRates() []rate[rowFault] {
	return []rate[rowFault]{
		{faultBlank, 0.005},
		{faultZero, 0.002},
		{faultTyping, 0.006},
		{faultUnitSlip, 0.003},
		{faultDip, 0.004},
		{faultSameDay, 0.020},
	}
}

// historyRates are shares of all vehicles.
func historyRates() []rate[historyFault] {
	return []rate[historyFault]{
		{faultRollback, 0.030},
		{faultRollover, 0.010},
		{faultLateRegistration, 0.015},
	}
}

// pick draws one fault, or "" for none.
func pick[F ~string](s *sampler, rates []rate[F]) F {
	at := s.random.Float64()
	for _, r := range rates {
		if at < r.share {
			return r.fault
		}
		at -= r.share
	}
	return ""
}

// writeDown turns visits into the rows of a file, with what goes wrong.
func (s *sampler) writeDown(visits []visit, history *sampleHistory) {
	history.whole = pick(s, historyRates())
	s.spoilHistory(visits, history)
	for i, v := range visits {
		one := pick(s, rowRates())
		if one == faultSameDay && i == 0 {
			one = ""
		}
		history.faults = append(history.faults, one)
		row := s.reading(v)
		if one == faultSameDay {
			row = history.rows[i-1]
			if s.happens(0.5) {
				row.Centre = s.centre()
			}
		}
		row.Value = s.spoilValue(one, row.Value)
		history.rows = append(history.rows, row)
	}
}

// spoilHistory changes the mileage from some visit on, or the registration.
func (s *sampler) spoilHistory(visits []visit, history *sampleHistory) {
	const fiveDigits = 100_000
	switch history.whole {
	case faultRollback:
		from := s.random.IntN(len(visits))
		taken := visits[from].kilometres * s.between(0.2, 0.6)
		for i := from; i < len(visits); i++ {
			visits[i].kilometres -= taken
		}
	case faultRollover:
		for i := range visits {
			visits[i].kilometres = math.Mod(visits[i].kilometres, fiveDigits)
		}
	case faultLateRegistration:
		history.firstRegistration = visits[0].at.AddDate(0, 0, 1+s.random.IntN(200))
	}
}

func (s *sampler) spoilValue(one rowFault, value string) string {
	const milesPerKilometre = 0.621371
	switch one {
	case faultBlank:
		return ""
	case faultZero:
		return "0"
	case faultTyping:
		return s.mistype(value)
	case faultUnitSlip:
		return scale(value, milesPerKilometre)
	case faultDip:
		return scale(value, 1-s.between(0.1, 0.6))
	default:
		return value
	}
}

// mistype makes one of four errors of the hand.
func (s *sampler) mistype(value string) string {
	digits := []byte(value)
	at := s.random.IntN(len(digits))
	switch s.random.IntN(4) {
	case 0: // a digit doubled, which can go over a million
		return value[:at+1] + value[at:]
	case 1: // a digit lost
		if len(digits) > 1 {
			return value[:at] + value[at+1:]
		}
	case 2: // two digits swapped
		if at+1 < len(digits) {
			digits[at], digits[at+1] = digits[at+1], digits[at]
			return string(digits)
		}
	}
	digits[at] = '0' + (digits[at]-'0'+byte(1+s.random.IntN(9)))%10
	return string(digits)
}

func (s *sampler) between(low, high float64) float64 {
	return low + (high-low)*s.random.Float64()
}

// scale multiplies a value; a blank one, repeated from a row without mileage,
// stays blank.
func scale(value string, by float64) string {
	kilometres, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return value
	}
	return strconv.FormatInt(int64(kilometres*by), 10)
}
