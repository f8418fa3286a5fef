package adjudication

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// slip is a factor by which sources are wrong.
type slip struct {
	code        Code
	times, over int64
}

func mileSlips() []slip {
	return []slip{{UnitError, 1_609_344, 1_000_000}, {UnitError, 1_000_000, 1_609_344}}
}

func decimalSlips() []slip {
	return []slip{
		{DecimalError, 10, 1}, {DecimalError, 1, 10},
		{DecimalError, 100, 1}, {DecimalError, 1, 100},
		{DecimalError, 1000, 1}, {DecimalError, 1, 1000},
	}
}

// undo is the mileage without the slip, and false if that is more than any vehicle drives.
func (s slip) undo(metres int64) (int64, bool) {
	undone := metres * s.times / s.over
	return undone, undone <= maxMetres
}

// imports are the factors between kilometres and miles that may hold for all readings since an import from where counters
// show the other unit.
func (q *inquiry) imports() (repairs []repair) {
	for _, s := range q.life {
		if s.Kind != Import {
			continue
		}
		position := q.positionAt(s.OccurredAt)
		if position == 0 || position == len(q.usable) || q.usable[position].fix == ImportedUnit {
			continue
		}
		if s.Unit == UnitUnknown || s.Unit == q.usable[position].RawUnit {
			continue
		}
		for _, r := range q.undo(q.usable[position:], mileSlips()) {
			r.code, r.whole, r.step = ImportedUnit, false, q.imaginable
			repairs = append(repairs, r)
		}
	}
	return repairs
}

// slips are the factors that several readings have in common: those of a level, and those of a source that errs again and
// again while others do not. Before the chain begins any small enough mileage fits, so there a factor explains nothing.
func (q *inquiry) slips(gaps []gap) (repairs []repair) {
	bySource := map[string][]*point{}
	gapsOfSource := map[string]int{}
	for _, g := range gaps {
		if g.before == nil {
			continue
		}
		levels, _ := q.levelsOf(g.left)
		for _, level := range levels {
			repairs = append(repairs, q.slipsOf(level, g)...)
		}
		for source := range entities(g.left) {
			gapsOfSource[source]++
		}
		for _, p := range g.left {
			bySource[p.Source] = append(bySource[p.Source], p)
		}
	}
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		if gapsOfSource[source] > 1 {
			repairs = append(repairs, q.undo(bySource[source], append(mileSlips(), decimalSlips()...))...)
		}
	}
	return repairs
}

// slipsOf are the factors that may explain a level. Rollbacks often happen to take a third or so, as the factor between
// kilometres and miles does. So that explains a level only if it has another unit than the history before, or ends in a
// return to the old course.
func (q *inquiry) slipsOf(level []*point, g gap) []repair {
	first, last := level[0], level[len(level)-1]
	slips := decimalSlips()
	dips := first.metres < g.before.metres && g.after != nil && !q.ordinary(last, g.after)
	if dips || g.before.RawUnit != first.RawUnit {
		slips = append(slips, mileSlips()...)
	}
	return q.undo(level, slips)
}

func (q *inquiry) undo(points []*point, slips []slip) (repairs []repair) {
	for _, s := range slips {
		r := repair{code: s.code, points: points, step: q.ordinary, whole: true, modest: true}
		for _, p := range points {
			if undone, ok := s.undo(p.metres); ok {
				r.metres = append(r.metres, undone)
			}
		}
		if len(r.metres) == len(points) {
			repairs = append(repairs, r)
		}
	}
	return repairs
}

// span is a range of mileages, in metres, both ends included.
type span struct{ low, high int64 }

func (s span) contains(metres int64) bool { return s.low <= metres && metres <= s.high }

// explainSingle names the slip by which a lone reading misses the span, or returns false.
func explainSingle(p *point, fits span) (Code, bool) {
	for _, s := range append(mileSlips(), decimalSlips()...) {
		if undone, ok := s.undo(p.metres); ok && fits.contains(undone) {
			return s.code, true
		}
	}
	if mistyped(p, fits) {
		return TypingError, true
	}
	return "", false
}

// mistyped says whether one digit changed, left out, added, or exchanged with its neighbour makes the reading fit.
func mistyped(p *point, fits span) bool {
	perDigit := p.RawUnit.millimetres()
	digits := strconv.FormatInt(p.Metres*1000/perDigit, 10)
	offset := p.metres - p.Metres
	fit := func(typed string) bool {
		value, err := strconv.ParseInt(typed, 10, 64)
		return err == nil && value <= maxMetres/km && fits.contains(value*perDigit/1000+offset)
	}
	for i := range len(digits) + 1 {
		head, tail := digits[:i], digits[i:]
		for _, d := range strings.Split("0123456789", "") {
			if fit(head+d+tail) || tail != "" && fit(head+d+tail[1:]) {
				return true
			}
		}
		if tail != "" && len(digits) > 1 && fit(head+tail[1:]) || len(tail) > 1 && fit(head+tail[1:2]+tail[:1]+tail[2:]) {
			return true
		}
	}
	return false
}
