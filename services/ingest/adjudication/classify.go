package adjudication

// classify is the second half of step 3: every reading that is still left out gets a reason.
func (q *inquiry) classify() {
	q.findTwoVehicles()
	gaps := gapsOf(q.usable)
	levels := make([][][]*point, len(gaps))
	singles := make([][]*point, len(gaps))
	believed := make([]bool, len(q.usable))
	for _, p := range q.chain {
		believed[p.position] = true
	}
	for i, g := range gaps {
		levels[i], singles[i] = q.levelsOf(unexplained(g.left))
		for _, level := range levels[i] {
			for _, p := range level {
				believed[p.position] = true
			}
		}
	}
	for i, g := range gaps {
		for _, level := range levels[i] {
			q.classifyLevel(g, level, believed)
		}
		if q.classifyPair(g, singles[i], believed) {
			continue
		}
		for _, p := range singles[i] {
			q.classifySingle(q.around(p, believed), p, believed)
		}
	}
	q.findSlowDecrease()
	q.findStopped()
}

// maxLevels bounds the levels between two neighbours of the chain.
const maxLevels = 4

// levelsOf takes longest chains of two or more readings out of what was left out, one after the other; singles remain.
func (q *inquiry) levelsOf(left []*point) (levels [][]*point, singles []*point) {
	for len(left) > 1 && len(levels) < maxLevels {
		level, _ := longest(left, allIf(q.ordinary))
		if len(level) < 2 {
			break
		}
		levels = append(levels, level)
		taken := map[*point]bool{}
		for _, p := range level {
			taken[p] = true
		}
		var rest []*point
		for _, p := range left {
			if !taken[p] {
				rest = append(rest, p)
			}
		}
		left = rest
	}
	return levels, left
}

// around is the gap between the believed readings next to a single one.
func (q *inquiry) around(p *point, believed []bool) gap {
	g := gap{left: []*point{p}}
	for i := p.position - 1; i >= 0 && g.before == nil; i-- {
		if believed[i] {
			g.before = q.usable[i]
		}
	}
	for i := p.position + 1; i < len(q.usable) && g.after == nil; i++ {
		if believed[i] {
			g.after = q.usable[i]
		}
	}
	return g
}

// findTwoVehicles finds a second course in what was left out: three or more readings, in at least two gaps, that one
// vehicle can have driven in the ordinary way.
func (q *inquiry) findTwoVehicles() {
	var left []*point
	gapOf := map[*point]int{}
	for i, g := range gapsOf(q.usable) {
		if len(g.left) == 1 && g.after != nil {
			if code, explained := explainSingle(g.left[0], q.fitting(g, g.left[0])); explained && code != TypingError {
				continue
			}
		}
		for _, p := range g.left {
			left = append(left, p)
			gapOf[p] = i
		}
	}
	second, _ := longest(left, allIf(q.ordinary))
	if len(second) < 3 || gapOf[second[0]] == gapOf[second[len(second)-1]] {
		return
	}
	q.mark(TwoVehicles, second)
	q.find(newFinding(TwoVehicles, q.usable...))
}

// classifyPair looks at a lone high reading that a lone low one follows. Where a counter was turned back by less than is
// driven between two readings, the chain leaves out just these two.
func (q *inquiry) classifyPair(g gap, singles []*point, believed []bool) bool {
	if len(singles) != 2 || g.after == nil {
		return false
	}
	high, low := singles[0], singles[1]
	if low.metres >= high.metres-q.policy.Tolerance || !q.ordinary(low, g.after) {
		return false
	}
	s := step{highs: singles[:1], high: high, low: low, gap: g}
	if code, explained := explainSingle(high, q.fitting(g, high)); explained {
		if s.slipped = mayBeChance(code, g, high); !s.slipped {
			return false
		}
	}
	believed[low.position] = true
	found := q.stepDown(s, believed)
	believed[low.position] = found
	return found
}

// classifySingle gives a lone reading its reason. A high one may be all that is left of the time before a rollback.
func (q *inquiry) classifySingle(g gap, p *point, believed []bool) {
	if g.after == nil {
		q.setAside(q.pending(g, p), p)
		return
	}
	fits := q.fitting(g, p)
	code, explained := explainSingle(p, fits)
	high := p.metres > g.after.metres+q.policy.Tolerance
	certain := explained && !mayBeChance(code, g, p)
	switch {
	case certain:
	case high && q.stepDown(step{highs: []*point{p}, high: p, low: g.after, gap: g, slipped: explained}, believed):
		return
	case explained:
	case g.before != nil && g.before.day() == p.day() || g.after.day() == p.day():
		code = SameDayChange
	case high && q.restarts(step{high: p, low: g.after}):
		p.excused = true
		q.find(newFinding(CounterRestarted, p, g.after))
		return
	case high || g.before != nil && p.metres > g.before.metres:
		code = HighOutlier
	default:
		code = LowOutlier
	}
	q.setAside(code, p)
}

// mayBeChance says whether a slip may explain a lone high reading by chance: there are so many ways to mistype that one of
// them often does, and a factor between units is weak evidence where the reading has the unit of its neighbours.
func mayBeChance(code Code, g gap, p *point) bool {
	return code == TypingError || code == UnitError && p.RawUnit == g.after.RawUnit
}

// pending is the reason of a lone reading after which nothing is believed.
func (q *inquiry) pending(g gap, p *point) Code {
	switch {
	case p.position == len(q.usable)-1:
		return LastReadingAlone
	case g.before != nil && p.metres > g.before.metres:
		return HighOutlier
	default:
		return LowOutlier
	}
}

// fitting is the span in which a reading in the gap would have been ordinary.
func (q *inquiry) fitting(g gap, p *point) span {
	ordinary := max(q.policy.OrdinaryYearly, q.yearly*q.policy.OrdinaryFactor/100)
	tolerance := q.policy.Tolerance
	fits := span{high: g.after.metres + tolerance}
	if g.before == nil {
		fits.low = g.after.metres - ordinary*elapsed(p, g.after)/secondsPerYear - q.policy.Slack
		if fits.low <= 0 && p.RawUnit == g.after.RawUnit {
			fits.high = fits.low // any small enough mileage would fit, so that fitting explains nothing
		}
		return fits
	}
	fits.low = g.before.metres - tolerance
	fits.high = min(fits.high, g.before.metres+ordinary*elapsed(g.before, p)/secondsPerYear+q.policy.Slack)
	return fits
}

// findSlowDecrease finds many small steps down, each within the tolerance, that add up.
func (q *inquiry) findSlowDecrease() {
	highest := q.chain[0]
	for _, p := range q.chain {
		if p.metres > highest.metres {
			highest = p
		}
		if highest.metres-p.metres > 2*q.policy.Tolerance {
			q.find(newFinding(SlowDecrease, highest, p))
			return
		}
	}
}

// findStopped finds a counter that shows the same on several occasions to which the vehicle was driven.
func (q *inquiry) findStopped() {
	var same []*point
	for _, p := range q.chain {
		if !p.Kind.attended() {
			continue
		}
		if len(same) > 0 && abs(p.metres-same[0].metres) > km {
			if q.stopped(same) {
				break
			}
			same = nil
		}
		same = append(same, p)
	}
	if q.stopped(same) {
		q.find(newFinding(CounterStopped, same...))
	}
}

func (q *inquiry) stopped(same []*point) bool {
	return len(same) >= q.policy.StoppedReadings &&
		same[len(same)-1].OccurredAt.Sub(same[0].OccurredAt) >= q.policy.StoppedFor
}
