package adjudication

import "slices"

const (
	// A reading that fits has fitting thousandths; each neighbour in the chain adds neighbour, one of another source
	// independent, and a step that is unusual for the vehicle takes unusual away.
	fitting     = 700
	neighbour   = 100
	independent = 50
	unusual     = 200
)

// Assess says what is thought of a reading that was judged, also of one that the history does not keep.
func (r *Result) Assess(reading Reading) Assessment {
	reading = reading.Canonical()
	i, known := slices.BinarySearchFunc(r.judged.all, reading, func(p *point, x Reading) int { return compareReadings(p.Reading, &x) })
	if known {
		return r.Assessments[i]
	}
	return r.judged.assess(newPoint(&reading))
}

func (q *inquiry) assess(p *point) Assessment {
	if p.original != nil {
		a := q.assess(p.original)
		a.EventID = p.EventID
		return a
	}
	reason := p.finding
	switch {
	case reason != "":
	case isSentinel(p.Reading):
		reason = DeviceFault
	case !p.linked && !p.excused:
		reason = q.misfit(p)
	}
	a := Assessment{EventID: p.EventID, Reason: reason, Plausibility: reasons[reason].plausibility}
	if reason == "" {
		a.Reason, a.Plausibility = p.fix, q.fit(p)
	}
	return a
}

// misfit is the reason why a reading that the history does not keep does not fit it, or empty.
func (q *inquiry) misfit(p *point) Code {
	for _, known := range q.all {
		if known.finding == StaleRepeat && known.Source == p.Source && known.Metres == p.Metres {
			return StaleRepeat
		}
	}
	switch g := q.neighbours(p); {
	case g.before != nil && p.metres < g.before.metres-q.policy.Tolerance:
		return LowOutlier
	case g.after != nil && p.metres > g.after.metres+q.policy.Tolerance:
		return HighOutlier
	case g.before != nil && !q.policy.feasible(g.before, p):
		return HighOutlier
	case g.after != nil && !q.policy.feasible(p, g.after):
		return LowOutlier
	}
	return ""
}

// fit values a reading by its neighbours in the chain.
func (q *inquiry) fit(p *point) int {
	worth, others := fitting, false
	g := q.neighbours(p)
	if g.before != nil {
		worth += neighbour
		others = g.before.Source != p.Source
		if !q.ordinary(g.before, p) {
			worth -= unusual
		}
	}
	if g.after != nil {
		worth += neighbour
		others = others || g.after.Source != p.Source
		if !q.ordinary(p, g.after) {
			worth -= unusual
		}
	}
	if others {
		worth += independent
	}
	if p.excused {
		return fitting // it contradicts what came after it
	}
	if p.fix != "" {
		return min(worth, reasons[p.fix].plausibility)
	}
	return worth
}

// neighbours are the readings of the chain before and after a reading.
func (q *inquiry) neighbours(p *point) (g gap) {
	before, after := p.place-1, p.place+1
	if !p.linked {
		after, _ = slices.BinarySearchFunc(q.chain, p, func(a, b *point) int { return compareReadings(a.Reading, b.Reading) })
		before = after - 1
	}
	if before >= 0 {
		g.before = q.chain[before]
	}
	if after < len(q.chain) {
		g.after = q.chain[after]
	}
	return g
}

// Possible says whether Assess can have found this of any reading: with a reason it is worth what the reason says, without one, or
// after a repair, what its neighbours give it.
func (a Assessment) Possible() bool {
	const least, most = fitting + 2*neighbour - 2*unusual, fitting + 2*neighbour + independent
	if a.Reason == "" {
		return least <= a.Plausibility && a.Plausibility <= most
	}
	r, known := reasons[a.Reason]
	return known && (a.Plausibility == r.plausibility || least <= a.Plausibility && a.Plausibility < r.plausibility)
}
