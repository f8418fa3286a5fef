package history

import (
	"math"
	"strconv"
)

// fault names what is wrong with a row of the sample, or with a whole history.
type fault string

// Faults of the sample and their rates. The rates are close to what public
// collections of inspections show: about one vehicle in twelve has a decrease,
// one row in two hundred no mileage, one row in fifty shares its day with
// another. A row has at most one fault of its own.
const (
	faultNone fault = ""

	// Faults of a row, as a share of rows.

	// faultBlank is a mileage that was not obtained.
	faultBlank fault = "blank"
	// faultZero is a zero in place of the mileage.
	faultZero fault = "zero"
	// faultTyping is a digit lost, doubled, changed or swapped with its neighbour.
	faultTyping fault = "typing error"
	// faultUnitSlip is a display in miles written down as kilometres.
	faultUnitSlip fault = "unit slip"
	// faultDip is a value too low by 10 to 60 %, with right ones after it.
	faultDip fault = "dip"
	// faultSameDay repeats the row before it: as it is, or with another centre.
	faultSameDay fault = "same day"

	// Faults of a history, as a share of vehicles.

	// faultRollback lowers the display by 20 to 60 % for good.
	faultRollback fault = "rollback"
	// faultRollover is a display of five digits, which starts again after 99,999.
	faultRollover fault = "rollover"
	// faultLateRegistration is a first registration after the first inspection,
	// as of an imported car.
	faultLateRegistration fault = "late registration"
)

type rate struct {
	fault fault
	share float64
}

func rowRates() []rate {
	return []rate{
		{faultBlank, 0.005},
		{faultZero, 0.002},
		{faultTyping, 0.006},
		{faultUnitSlip, 0.003},
		{faultDip, 0.004},
		{faultSameDay, 0.020},
	}
}

func historyRates() []rate {
	return []rate{
		{faultRollback, 0.030},
		{faultRollover, 0.010},
		{faultLateRegistration, 0.015},
	}
}

// pick draws one fault or none.
func (s *sampler) pick(rates []rate) fault {
	at := s.random.Float64()
	for _, r := range rates {
		if at < r.share {
			return r.fault
		}
		at -= r.share
	}
	return faultNone
}

// writeDown turns visits into the rows of a file, with what goes wrong.
func (s *sampler) writeDown(visits []visit, history *sampleHistory) {
	history.whole = s.pick(historyRates())
	s.spoilHistory(visits, history)
	for i, v := range visits {
		one := s.pick(rowRates())
		if one == faultSameDay && i == 0 {
			one = faultNone
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

func (s *sampler) spoilValue(one fault, value string) string {
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
