package quality

// Outcome is what an independent legal entity's data did to a piece of data.
type Outcome string

// The outcomes.
const (
	Confirmed Outcome = "confirmed"
	Refuted   Outcome = "refuted"
	// Forgiven takes a refutation back.
	Forgiven Outcome = "forgiven"
)

// maxMarks bounds the sums of a reputation, far above what any source reaches within a few half-lives.
const maxMarks = 1_000_000_000_000 * One

// Reputation is what is known about the data of one kind from one legal entity. Its zero value is no knowledge.
type Reputation struct {
	// Confirmations and Refutations are the marks so far, each counted less the older it is.
	Confirmations, Refutations Millionths
	// Marks is their number, uncounted for age. It names the state of a reputation: the first so many marks make it.
	Marks int64
	// Day is the day, counted from 1970-01-01 in UTC, of which the sums are.
	Day int64
}

// Aged returns a reputation as of a day; one before its own changes nothing.
func (p *Policy) Aged(r Reputation, day int64) Reputation {
	days := day - r.Day
	if days <= 0 {
		return r
	}
	factor := powerOfHalf(p.halfLives(days))
	r.Confirmations, r.Refutations, r.Day = r.Confirmations.times(factor), r.Refutations.times(factor), day
	return r
}

// halfLives is a number of days in half-lives of a reputation, with logBits. What is older than maxHalfLives is forgotten.
func (p *Policy) halfLives(days int64) uint64 {
	const maxHalfLives = 64
	life := uint64(p.ReputationHalfLife)
	if uint64(days) >= maxHalfLives*life {
		return maxHalfLives << logBits
	}
	whole, rest := uint64(days)/life, uint64(days)%life
	return whole<<logBits + rest<<logBits/life
}

// Marked returns a reputation with one confirmation or refutation more, made on a day.
func (p *Policy) Marked(r Reputation, o Outcome, day int64) Reputation {
	r = p.Aged(r, day)
	r.Marks++
	switch o {
	case Confirmed:
		r.Confirmations = min(r.Confirmations+One, maxMarks)
	case Refuted:
		r.Refutations = min(r.Refutations+One, maxMarks)
	}
	return r
}

// Forgiven returns a reputation without a refutation that was made on one day, by a mark more that is made on another.
func (p *Policy) Forgiven(r Reputation, refuted, day int64) Reputation {
	r = p.Aged(r, day)
	r.Marks++
	one := p.Aged(Reputation{Refutations: One, Day: refuted}, day)
	r.Refutations = max(r.Refutations-one.Refutations, 0)
	return r
}

// credibility is R, and uncertainty u.
func (p *Policy) credibility(baseRate, confirmations, refutations Millionths) (credibility, uncertainty Millionths) {
	all := confirmations + refutations + p.BaseWeight
	base := baseRate * p.BaseWeight / One
	return (confirmations + base).over(all), p.BaseWeight.over(all)
}
