package adjudication

import (
	"slices"
	"time"
)

// step is a step down from a high reading to a low one.
type step struct {
	// highs are the readings that the chain left out, if it left out the high side; lows likewise.
	highs, lows []*point
	high, low   *point
	gap         gap
	// slipped says that a slip may explain the lone high reading.
	slipped bool
}

// classifyLevel gives a reason to readings that agree with each other but not with the chain.
func (q *inquiry) classifyLevel(g gap, level []*point, believed []bool) {
	first, last := level[0], level[len(level)-1]
	tolerance := q.policy.Tolerance
	var s step
	switch {
	case g.before != nil && first.metres < g.before.metres-tolerance:
		s = step{lows: level, high: g.before, low: first, gap: g}
	case g.after != nil && last.metres > g.after.metres+tolerance:
		s = step{highs: level, high: last, low: g.after, gap: g}
	default:
		q.setAside(LevelShiftUp, level...)
		return
	}
	if q.stepDown(s, believed) {
		return
	}
	code := q.whyNoRollback(s)
	if g.after == nil && occasions(level) < 2 && code == LevelShiftDownUnproven {
		code = LastReadingAlone // a re-test of the same inspection is no second witness
	}
	if code != CounterRestarted {
		q.setAside(code, level...)
		return
	}
	excuse(level) // what a new counter shows is true, and so was the old one
	q.find(newFinding(code, append(level, s.high, s.low)...))
}

func excuse(points []*point) {
	for _, p := range points {
		p.excused = true
	}
}

// stepDown weighs a step and finds a rollback if enough speaks for one.
func (q *inquiry) stepDown(s step, believed []bool) bool {
	highs, lows := q.sides(s, believed)
	weights, total := q.weigh(s, highs, lows)
	dropped := s.high.metres - s.low.metres
	e := q.policy.Evidence
	if total < e.Suspect || dropped < e.LeastDrop || len(highs) == 0 || occasions(lows) < 2 {
		return false
	}
	code := LevelShiftDown
	if len(entities(highs)) > 1 && len(entities(lows)) > 1 {
		code = LevelShiftDownIndependent
	}
	q.mark(code, lows)
	excuse(s.highs)
	f := weighedFinding(code, min(total, e.Most), weights, append(highs, lows...)...)
	f.Missing = dropped
	q.find(f)
	return true
}

// sides are the believed readings before the step that are higher than where it leads, and those after it that are lower
// than where it came from.
func (q *inquiry) sides(s step, believed []bool) (highs, lows []*point) {
	for i, p := range q.usable {
		switch {
		case p.finding == TwoVehicles || !believed[i] && !slices.Contains(s.highs, p):
		case q.beforeRegistration(p) && !q.imported(): // perhaps of another vehicle
		case i <= s.high.position && p.metres > s.low.metres+q.policy.Tolerance:
			highs = append(highs, p)
		case i >= s.low.position && p.metres < s.high.metres-q.policy.Tolerance:
			lows = append(lows, p)
		}
	}
	return highs, lows
}

// weigh adds up what speaks for a rollback.
func (q *inquiry) weigh(s step, highs, lows []*point) (weights []Weight, total int) {
	e := q.policy.Evidence
	add := func(what string, decibans int) {
		if decibans != 0 {
			weights = append(weights, Weight{what, decibans})
			total += decibans
		}
	}
	add("prior", e.Prior)
	add("later readings agree", e.repeated(occasions(lows)))
	add("earlier readings agree", e.repeated(occasions(highs)))
	if len(highs) == 1 {
		add("course before and after", q.trend(s))
		if s.slipped {
			add("may be a slip", e.Explained)
		}
	}
	if q.near(s.low, OwnershipChange, Import) {
		add("sale or import near", e.Sale)
	}
	if q.restarts(s) {
		add("began again near zero", e.Restart)
	}
	if q.mayRollOver(s) {
		add("counter may have rolled over", e.RolloverPossible)
	}
	if q.jumpsUp(s) {
		add("unusual step up to it", e.JumpUp)
	}
	if q.recovers(s) {
		add("returns to the old course", e.Recovers)
	}
	return weights, total
}

func (e *EvidencePolicy) repeated(occasions int) int {
	switch {
	case occasions >= 3:
		return e.RepeatedMore
	case occasions == 2:
		return e.Repeated
	default:
		return 0
	}
}

// occasions counts the readings that do not merely repeat each other: of other sources, or a month apart.
func occasions(points []*point) (n int) {
	const apart = 30 * 24 * time.Hour
	last := map[string]time.Time{}
	for _, p := range points {
		if at, seen := last[p.Source]; seen && p.OccurredAt.Sub(at).Abs() < apart {
			continue
		}
		last[p.Source] = p.OccurredAt
		n++
	}
	return n
}

// trend weighs a lone high reading. If the counter was turned back, the step up to it was usual for the vehicle, and
// without it the history has a standstill; if it is an error, the other way round.
func (q *inquiry) trend(s step) int {
	if s.gap.before == nil {
		return 0
	}
	yearly := q.yearlyAround(s)
	up := s.high.metres - s.gap.before.metres
	usual := yearly * elapsed(s.gap.before, s.high) / secondsPerYear
	expected := up >= usual/2 && up <= 2*usual+q.policy.Slack
	standstill := s.low.metres-s.gap.before.metres < yearly*elapsed(s.gap.before, s.low)/secondsPerYear/2
	switch {
	case expected && standstill:
		return q.policy.Evidence.OnTrend
	case !expected:
		return q.policy.Evidence.OffTrend
	default:
		return 0
	}
}

// yearlyAround is the vehicle's mean rate before and after a step, without the time of the step itself.
func (q *inquiry) yearlyAround(s step) int64 {
	first, last := q.chain[0], q.chain[len(q.chain)-1]
	span := elapsed(first, s.gap.before) + elapsed(s.low, last)
	if span < int64(q.policy.RateSpan.Seconds()) {
		return q.policy.DefaultYearly
	}
	return max(0, s.gap.before.metres-first.metres+last.metres-s.low.metres) * secondsPerYear / span
}

// near says whether a signal of one of the kinds was within the policy's NearSale of a reading.
func (q *inquiry) near(p *point, kinds ...SignalKind) bool {
	for _, s := range q.life {
		for _, kind := range kinds {
			if apart := s.OccurredAt.Sub(p.OccurredAt).Abs(); s.Kind == kind && apart <= q.policy.NearSale {
				return true
			}
		}
	}
	return false
}

// restarts says whether the low reading can have been driven from zero since the high one, and is a small part of that.
func (q *inquiry) restarts(s step) bool {
	zero := *s.high
	zero.metres = 0
	return s.low.metres*100 <= s.high.metres*q.policy.RestartShare && q.ordinary(&zero, s.low)
}

// mayRollOver says whether the step down could be the rollover of a counter, though the driving would be unusual. It could
// not if readings show that the counter has more digits.
func (q *inquiry) mayRollOver(s step) bool {
	for _, limit := range q.counterLimits(s.low) {
		begun := *s.low
		begun.metres += limit
		if s.high.Metres < limit && s.low.Metres < limit && q.imaginable(s.high, &begun) && q.beyond(limit) < 2 {
			return true
		}
	}
	return false
}

// beyond counts the readings of the chain that show more than a limit.
func (q *inquiry) beyond(limit int64) (n int) {
	for _, p := range q.chain {
		if p.Metres >= limit {
			n++
		}
	}
	return n
}

// jumpsUp says whether the high level began with a step up that is unusual for the vehicle.
func (q *inquiry) jumpsUp(s step) bool {
	return len(s.highs) > 1 && s.gap.before != nil && !q.ordinary(s.gap.before, s.highs[0])
}

// recovers says whether a low level ends in a jump that is not driven.
func (q *inquiry) recovers(s step) bool {
	return len(s.lows) > 0 && s.gap.after != nil && !q.ordinary(s.lows[len(s.lows)-1], s.gap.after)
}

// whyNoRollback is the reason of a step down that is not called a rollback.
func (q *inquiry) whyNoRollback(s step) Code {
	switch {
	case q.mayRollOver(s):
		return RolloverPossible
	case q.restarts(s):
		return CounterRestarted
	case q.recovers(s):
		return DipRecovers
	case q.jumpsUp(s):
		return LevelShiftUp
	default:
		return LevelShiftDownUnproven
	}
}
