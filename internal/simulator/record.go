package simulator

import (
	"fmt"
	"strconv"
)

const kilometresPerMile = 1.609344

// record writes down what the counter showed at each visit, with the errors of those who do.
func (l *life) record() []Reading {
	readings := make([]Reading, 0, len(l.visits))
	stored := int64(0)
	for _, v := range l.visits {
		if v.shown < 0 {
			continue
		}
		r := Reading{
			ID: fmt.Sprintf("v%d-r%d", l.number, len(readings)), Entity: v.entity, Source: v.source, At: v.at, Value: int64(v.shown),
		}
		if v.entity == Cloud {
			l.send(&r, stored)
			if stored == 0 || l.chance(0.2) {
				stored = int64(v.shown)
			}
		} else {
			l.write(&r)
		}
		readings = append(readings, r)
	}
	return readings
}

// send is what a device gets wrong: a value that stands for none, or an old one from its store.
func (l *life) send(r *Reading, stored int64) {
	switch {
	case l.chance(l.rates.Sentinel):
		r.Value = [...]int64{0, 4_294_967_295, 429_496_729, 16_777_215, 999_999}[l.IntN(5)]
		l.become(Sentinel)
	case stored > 0 && l.chance(l.rates.Stale):
		r.Value = stored
		l.become(Stale)
	}
}

// write is what a person gets wrong.
func (l *life) write(r *Reading) {
	switch x := l.Float64(); {
	case x < l.rates.Typing:
		if typed := l.mistype(r.Value); typed != r.Value {
			r.Value = typed
			l.become(Typing)
		}
	case x < l.rates.Typing+l.rates.Decimal:
		if r.Value *= 10; l.chance(0.5) {
			r.Value /= 100
		}
		l.become(Decimal)
	case x < l.rates.Typing+l.rates.Decimal+l.rates.Unit:
		if r.Unit = Mile; l.chance(0.6) {
			r.Unit, r.Value = Kilometre, int64(float64(r.Value)/kilometresPerMile)
		}
		l.become(UnitSlip)
	case x < l.rates.Typing+l.rates.Decimal+l.rates.Unit+l.rates.WrongVehicle:
		r.Value = int64(l.between(5_000, 260_000))
		l.become(WrongVehicle)
	case x < l.rates.Typing+l.rates.Decimal+l.rates.Unit+l.rates.WrongVehicle+l.rates.NotRead:
		r.Value = 0
		l.become(Sentinel)
	}
}

// mistype changes a digit, leaves one out, adds one, or exchanges two.
func (l *life) mistype(value int64) int64 {
	digits := []byte(strconv.FormatInt(value, 10))
	i := l.IntN(len(digits))
	switch l.IntN(4) {
	case 0:
		digits[i] = byte('0' + l.IntN(10))
	case 1:
		digits = append(digits[:i], digits[i+1:]...)
	case 2:
		digits = append(digits[:i+1], digits[i:]...)
	case 3:
		if i > 0 {
			digits[i-1], digits[i] = digits[i], digits[i-1]
		}
	}
	wrong, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return value // nothing was left of it
	}
	return wrong
}
