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
	reading = reading.canonical()
	i, known := slices.BinarySearchFunc(r.judged.all, reading, func(p *point, x Reading) int { return compareReadings(p.Reading, x) })
	if known {
		return r.Assessments[i]
	}
	return r.judged.assess(newPoint(reading))
}

func (q *inquiry) assess(p *point) Assessment {
	a := Assessment{EventID: p.EventID, Reason: p.finding}
	switch {
	case a.Reason != "":
	case isSentinel(p.Reading):
		a.Reason = DeviceFault
	default:
		return q.assessFit(p)
	}
	a.Plausibility = reasons[a.Reason].plausibility
	return a
}

// assessFit values a reading by its neighbours in the chain.
func (q *inquiry) assessFit(p *point) Assessment {
	a := Assessment{EventID: p.EventID, Reason: p.fix, Plausibility: fitting}
	g := q.neighbours(p)
	if !p.linked && (g.before != nil && !q.policy.feasible(g.before, p) || g.after != nil && !q.policy.feasible(p, g.after)) {
		if p.position > 0 || len(q.usable) > 0 && q.usable[0] == p {
			return a // the high side of a step down: true when it was read
		}
		a.Reason = LowOutlier
		if g.before != nil && p.metres > g.before.metres || g.before == nil && g.after != nil && p.metres > g.after.metres {
			a.Reason = HighOutlier
		}
		a.Plausibility = reasons[a.Reason].plausibility
		return a
	}
	if g.before != nil {
		a.Plausibility += neighbour
		if !q.ordinary(g.before, p) {
			a.Plausibility -= unusual
		}
	}
	if g.after != nil {
		a.Plausibility += neighbour
		if !q.ordinary(p, g.after) {
			a.Plausibility -= unusual
		}
	}
	if g.before != nil && g.before.Source != p.Source || g.after != nil && g.after.Source != p.Source {
		a.Plausibility += independent
	}
	if p.fix != "" {
		a.Plausibility = min(a.Plausibility, reasons[p.fix].plausibility)
	}
	return a
}

// neighbours are the readings of the chain before and after a reading.
func (q *inquiry) neighbours(p *point) (g gap) {
	i, _ := slices.BinarySearchFunc(q.chain, p, func(a, b *point) int { return compareReadings(a.Reading, b.Reading) })
	if i > 0 {
		g.before = q.chain[i-1]
	}
	if i < len(q.chain) && q.chain[i] == p {
		i++
	}
	if i < len(q.chain) {
		g.after = q.chain[i]
	}
	return g
}
