package adjudication

import (
	"cmp"
	"slices"
)

// inquiry is a verdict in the making.
type inquiry struct {
	policy    *Policy
	life, use []*Signal
	// all has every reading, usable those that are no device faults; both are in the canonical order.
	all, usable []*point
	// chain is the part of usable that is believed, and weight what it weighs.
	chain  []*point
	weight int
	// believed is how many readings the whole chain has; an inquiry into the end of a history has the end of the chain.
	believed int
	// yearly is the vehicle's mean rate over the chain, in metres a year.
	yearly   int64
	findings []Finding
}

func newInquiry(policy *Policy, readings []*Reading) *inquiry {
	q := &inquiry{policy: policy, all: make([]*point, len(readings))}
	points := make([]point, len(readings))
	for i := range readings {
		points[i] = makePoint(readings[i])
		q.all[i] = &points[i]
	}
	return q
}

func judge(policy *Policy, readings []*Reading, life, use []*Signal) Result {
	q := newInquiry(policy, readings)
	q.life, q.use = life, use
	q.setFaultsAside()
	q.link()
	if len(q.usable) < 2 {
		q.find(newFinding(FewerThanTwoReadings, q.usable...))
	} else {
		q.repair()
		q.classify()
	}
	q.crossCheck()
	return q.result()
}

// find adds a finding. Findings of one code are one, except steps down, each of which was weighed.
func (q *inquiry) find(f Finding) {
	for i, known := range q.findings {
		if known.Code == f.Code && len(f.Weights) == 0 {
			q.findings[i] = newFinding(f.Code, append(known.points, f.points...)...)
			return
		}
	}
	q.findings = append(q.findings, f)
}

// setAside finds a code on points, each of which carries it from then on.
func (q *inquiry) setAside(code Code, points ...*point) {
	q.mark(code, points)
	q.find(newFinding(code, points...))
}

func (q *inquiry) mark(code Code, points []*point) {
	for _, p := range points {
		p.finding = code
	}
}

// setFaultsAside is step 1.
func (q *inquiry) setFaultsAside() {
	if faults := sentinels(q.all); len(faults) > 0 {
		q.setAside(DeviceFault, faults...)
	}
	sound := unexplained(q.all)
	if stale := staleRepeats(sound, q.policy.Tolerance); len(stale) > 0 {
		q.setAside(StaleRepeat, stale...)
	}
	q.usable = originals(unexplained(sound))
	for i, p := range q.usable {
		p.position = i
	}
}

// unexplained returns the points that carry no finding.
func unexplained(points []*point) []*point {
	kept := make([]*point, 0, len(points))
	for _, p := range points {
		if p.finding == "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// originals leaves copies out: readings of the same value on the same day. A register that passes an inspection on is no
// second witness, and a parked car that reports all day is no hundred.
func originals(points []*point) []*point {
	kept := points[:0]
	for _, p := range points {
		for i := len(kept) - 1; i >= 0 && kept[i].day() == p.day() && p.original == nil; i-- {
			if kept[i].metres == p.metres {
				p.original = kept[i]
			}
		}
		if p.original == nil {
			kept = append(kept, p)
			continue
		}
		p.original.assurance = max(p.original.assurance, p.Assurance)
	}
	return kept
}

// link is step 2: it finds the chain and the vehicle's rate over it.
func (q *inquiry) link() {
	q.chain, q.weight = longest(q.usable, q.policy.credit)
	for _, p := range q.usable {
		p.linked = false
	}
	for i, p := range q.chain {
		p.linked, p.place = true, i
	}
	q.believed, q.yearly = len(q.chain), q.policy.DefaultYearly
	if len(q.chain) > 0 {
		q.measureRate(milestoneOf(q.chain[0]), milestoneOf(q.chain[len(q.chain)-1]))
	}
}

// measureRate finds the vehicle's rate between the ends of the chain.
func (q *inquiry) measureRate(first, last milestone) {
	q.yearly = q.policy.DefaultYearly
	if span := last.at.Unix() - first.at.Unix(); span >= int64(q.policy.RateSpan.Seconds()) {
		q.yearly = max(last.metres-first.metres, 0) * secondsPerYear / span
	}
}

// ordinary says whether the vehicle can have driven from a to b at a rate that is not unusual for it.
func (q *inquiry) ordinary(a, b *point) bool {
	yearly := max(q.policy.OrdinaryYearly, q.yearly*q.policy.OrdinaryFactor/100)
	return b.metres >= a.metres-q.policy.Tolerance && q.within(a, b, yearly)
}

// imaginable says whether the vehicle can have driven from a to b, if for once it was driven far more than usual.
func (q *inquiry) imaginable(a, b *point) bool {
	return b.metres >= a.metres-q.policy.Tolerance && q.within(a, b, max(q.policy.ImaginableYearly, 4*q.yearly))
}

// within says whether b is at most as far from a as is driven at a rate, with the policy's slack.
func (q *inquiry) within(a, b *point, yearly int64) bool {
	return b.metres-a.metres <= yearly*elapsed(a, b)/secondsPerYear+q.policy.Slack
}

// result is step 5.
func (q *inquiry) result() Result {
	slices.SortStableFunc(q.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Verdict, a.Verdict), cmp.Compare(b.Confidence, a.Confidence))
	})
	r := Result{Policy: q.policy.Version, Findings: q.findings, judged: q}
	if len(q.findings) > 0 {
		r.Verdict, r.Confidence = q.findings[0].Verdict, q.findings[0].Confidence
	} else {
		r.Confidence = q.trust()
	}
	if len(q.chain) > 0 {
		r.Metres = q.chain[len(q.chain)-1].metres
	}
	r.Assessments = make([]Assessment, len(q.all))
	for i, p := range q.all {
		r.Assessments[i] = q.assess(p)
	}
	return r
}

// trust is the confidence in a history without findings: three decibans for each reading after the first, and three for
// each independent source after the first.
func (q *inquiry) trust() int {
	if q.believed >= leastBelieved {
		return confidence(mostDecibans)
	}
	return confidence(3*(q.believed-1) + 3*(len(entities(q.chain))-1))
}

// entities are the legal entities behind readings.
func entities(points []*point) map[string]bool {
	sources := map[string]bool{}
	for _, p := range points {
		sources[p.Source] = true
	}
	return sources
}
