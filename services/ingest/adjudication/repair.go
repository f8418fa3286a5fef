package adjudication

import (
	"sort"
	"time"
)

const (
	// maxRepairs bounds how often a history is repaired, maxCandidates what is tried each time.
	maxRepairs    = 6
	maxCandidates = 24
)

// repair is a correction of some readings that would explain what was left out of the chain.
type repair struct {
	code   Code
	points []*point
	// metres are the corrected mileages of points.
	metres []int64
	// step says whether the step into the corrected part, or out of it, is believable.
	step func(a, b *point) bool
	// whole says that all points must fit afterwards, each at such a step; modest that nothing that was believed before may
	// be given up.
	whole, modest bool
}

// repair is the first half of step 3. Of the corrections it makes the one by which the chain gains most, then looks for
// the chain again, until none helps. Of equal ones the least unusual driving decides.
func (q *inquiry) repair() {
	for range maxRepairs {
		var best *repair
		bestGain, bestStrain := 0, int64(0)
		for _, r := range q.candidates() {
			gain, strain := q.try(r)
			if gain > bestGain || gain == bestGain && gain > 0 && strain < bestStrain {
				best, bestGain, bestStrain = &r, gain, strain
			}
		}
		if best == nil {
			return
		}
		q.swap(*best)
		for _, p := range best.points {
			p.fix = best.code
		}
		q.link()
		q.find(newFinding(best.code, best.points...))
	}
}

func (q *inquiry) candidates() []repair {
	gaps := gapsOf(q.usable)
	if len(gaps) == 0 {
		return nil
	}
	// Before each position, the heaviest way through the readings so far is where the counter stood.
	before := findRoutes(q.usable, q.policy.credit)
	candidates := q.replacements(&before)
	candidates = append(candidates, q.rollovers(&before)...)
	candidates = append(candidates, q.imports()...)
	candidates = append(candidates, q.slips(gaps)...)
	return candidates[:min(len(candidates), maxCandidates)]
}

// swap exchanges the mileages of the points with those of the repair, so that a second swap undoes the first.
func (q *inquiry) swap(r repair) {
	for i, p := range r.points {
		p.metres, r.metres[i] = r.metres[i], p.metres
	}
}

// try returns by how much the chain would gain, 0 if the repair does not fit, and how far from the vehicle's mean rate the
// steps into and out of the repaired part would be.
func (q *inquiry) try(r repair) (gain int, strain int64) {
	repaired := make(map[*point]bool, len(r.points))
	for _, p := range r.points {
		repaired[p] = true
	}
	q.swap(r)
	defer q.swap(r)
	chain, weight := longest(q.usable, q.policy.credit)
	fitting, kept := 0, 0
	for i, p := range chain {
		if repaired[p] {
			fitting++
		}
		if p.linked {
			kept++
		}
		if i == 0 || !repaired[p] && !repaired[chain[i-1]] {
			continue
		}
		junction := repaired[p] != repaired[chain[i-1]]
		if (junction || r.whole) && !r.step(chain[i-1], p) {
			return 0, 0
		}
		if junction {
			strain += abs(p.metres - chain[i-1].metres - q.usual(chain[i-1], p))
		}
	}
	if r.whole && fitting < len(r.points) || r.modest && kept < len(q.chain) {
		return 0, 0
	}
	return max(weight-q.weight, 0), strain
}

// usual is how far the vehicle drives between two readings at its mean rate.
func (q *inquiry) usual(a, b *point) int64 { return q.yearly * elapsed(a, b) / secondsPerYear }

// replacements are the declared changes of the instrument cluster. A declared value of the removed cluster must follow
// from the history, or else a rollback could be declared away.
func (q *inquiry) replacements(routes *routes) (repairs []repair) {
	for _, s := range q.life {
		if s.Kind != ClusterChange {
			continue
		}
		position := q.positionAt(s.OccurredAt)
		level, _ := routes.longest(position)
		if len(level) == 0 || position == len(q.usable) || q.usable[position].fix == CounterReplaced {
			continue
		}
		before, first := level[len(level)-1], q.usable[position]
		step, offset := q.ordinary, before.metres+q.usual(before, first)-first.metres
		if s.ValuesKnown {
			removed := newPoint(&Reading{OccurredAt: s.OccurredAt, Metres: s.Removed + before.metres - before.Metres})
			if !q.policy.feasible(before, removed) {
				continue
			}
			step, offset = q.policy.feasible, removed.metres-s.Installed-(first.metres-first.Metres)
		}
		r := repair{code: CounterReplaced, points: q.usable[position:], step: step}
		for _, p := range r.points {
			r.metres = append(r.metres, p.metres+offset)
		}
		repairs = append(repairs, r)
	}
	return repairs
}

// positionAt is the position of the first usable reading at or after a time.
func (q *inquiry) positionAt(at time.Time) int {
	return sort.Search(len(q.usable), func(i int) bool { return !q.usable[i].OccurredAt.Before(at) })
}

// rollovers are the steps down that a counter of five or six digits makes when it passes its greatest value.
func (q *inquiry) rollovers(routes *routes) (repairs []repair) {
	for i := 1; i < len(q.usable) && len(repairs) < maxCandidates/3; i++ {
		p, previous := q.usable[i], q.usable[i-1]
		if p.linked && previous.linked || p.metres >= previous.metres-q.policy.Tolerance {
			continue
		}
		level, _ := routes.longest(i)
		for _, limit := range q.counterLimits(p) {
			if r, ok := q.rollover(level, i, limit); ok {
				repairs = append(repairs, r)
			}
		}
	}
	return repairs
}

// counterLimits are the distances, in metres, at which a counter in the unit of p may roll over.
func (q *inquiry) counterLimits(p *point) []int64 {
	sixDigits := p.RawUnit.millimetres() * 1000 // 10^6 digits, 10^3 millimetres a metre
	if registered, known := q.firstRegistration(); known && !registered.OccurredAt.Before(q.policy.FiveDigitsUntil) {
		return []int64{sixDigits}
	}
	return []int64{sixDigits / 10, sixDigits}
}

// rollover adds the limit to what a counter with that limit shows from a position on. Readings beyond the limit stay:
// their source knows that the counter rolled over. If the level before was beyond it, it never was the limit.
func (q *inquiry) rollover(level []*point, position int, limit int64) (repair, bool) {
	for _, p := range level {
		if p.Metres >= limit {
			return repair{}, false
		}
	}
	r := repair{code: CounterRollover, step: q.ordinary}
	for _, p := range q.usable[position:] {
		if p.Metres < limit {
			r.points, r.metres = append(r.points, p), append(r.metres, p.metres+limit)
		}
	}
	if len(r.points) == 0 || r.points[0].position != position {
		return repair{}, false
	}
	first, last := *r.points[0], level[len(level)-1]
	first.metres = r.metres[0]
	return r, first.metres >= last.metres-q.policy.Tolerance && q.ordinary(last, &first)
}

func (q *inquiry) firstRegistration() (*Signal, bool) {
	for _, s := range q.life {
		if s.Kind == FirstRegistration {
			return s, true
		}
	}
	return nil, false
}

func elapsed(a, b *point) int64 {
	const century = 100 * secondsPerYear
	return min(abs(b.seconds-a.seconds), century)
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}
