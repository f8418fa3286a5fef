package quality

import (
	"math/bits"
	"time"
)

// Inputs is all that an index depends on besides the policy.
type Inputs struct {
	Kind Kind
	// BaseRate is a, Confirmations r and Refutations s.
	BaseRate, Confirmations, Refutations Millionths
	// Plausibility is how well the event fits what else is known of the vehicle.
	Plausibility, Provenance, Completeness Millionths
	// Delay is from when it happened to when the platform accepted it.
	Delay time.Duration
	// Corroborators is the number of other legal entities whose data agree.
	Corroborators int
	// Withdrawn says that its source took the event back; its index is 0 then.
	Withdrawn bool
}

// Score is the quality of an event.
type Score struct {
	// Index is Value in percent, rounded to the nearest.
	Index int
	Value Millionths
	// Credibility is R, and Uncertainty is u: 1 for a source that nobody has confirmed or refuted.
	Credibility, Uncertainty Millionths
}

// Contribution is what one dimension does to an index. The product of the factors is the index before corroboration.
type Contribution struct {
	Dimension string
	// Value is in [floor, 1], Weight its exponent in thousandths, Factor the one to the power of the other.
	Value  Millionths
	Weight uint64
	Factor Millionths
}

// dimension is a factor of the index in the form in which it is computed.
type dimension struct {
	name string
	// value is 0 of one that is known by its halvings.
	value Millionths
	// halvings is -log2(value), with logBits.
	halvings uint64
	weight   uint64
}

const dimensions = 5

// thousandth is what weights count in.
const thousandth = 1000

// Score computes the index of an event.
func (p *Policy) Score(in Inputs) Score {
	var s Score
	s.Credibility, s.Uncertainty = p.credibility(in.BaseRate, in.Confirmations, in.Refutations)
	if in.Withdrawn {
		return s
	}
	halvings := uint64(0)
	for _, d := range p.dimensions(&in, s.Credibility) {
		halvings += d.weighed()
	}
	s.Value = p.corroborate(toMillionths(powerOfHalf(halvings)), in.Corroborators)
	s.Index = int((s.Value*100 + One/2) / One)
	return s
}

// Explain returns the dimensions of an index, in a fixed order.
func (p *Policy) Explain(in Inputs) []Contribution {
	credibility, _ := p.credibility(in.BaseRate, in.Confirmations, in.Refutations)
	out := make([]Contribution, 0, dimensions)
	for _, d := range p.dimensions(&in, credibility) {
		out = append(out, Contribution{Dimension: d.name, Value: d.worth(), Weight: d.weight, Factor: toMillionths(powerOfHalf(d.weighed()))})
	}
	return out
}

func (p *Policy) dimensions(in *Inputs, credibility Millionths) [dimensions]dimension {
	return [dimensions]dimension{
		p.dimension("credibility", credibility, p.Weights.Credibility),
		p.dimension("plausibility", in.Plausibility, p.Weights.Plausibility),
		p.dimension("provenance", in.Provenance, p.Weights.Provenance),
		p.dimension("completeness", in.Completeness, p.Weights.Completeness),
		p.currentness(in.Delay, in.Kind),
	}
}

func (p *Policy) dimension(name string, value Millionths, weight uint64) dimension {
	value = min(max(value, p.Floor), One)
	return dimension{name: name, value: value, halvings: minusLog2(value), weight: weight}
}

// currentness is 0.5^(delay/half-life), of which the logarithm needs no computing.
func (p *Policy) currentness(delay time.Duration, k Kind) dimension {
	d := dimension{name: "currentness", weight: p.Weights.Currentness}
	hi, lo := bits.Mul64(uint64(max(delay, 0)), 1<<logBits)
	life := uint64(p.halfLife(k))
	least := minusLog2(p.Floor)
	d.halvings = least
	if hi < life {
		quotient, _ := bits.Div64(hi, lo, life)
		d.halvings = min(quotient, least)
	}
	return d
}

func (d *dimension) worth() Millionths {
	if d.value == 0 {
		return toMillionths(powerOfHalf(d.halvings))
	}
	return d.value
}

func (d *dimension) weighed() uint64 { return d.halvings * d.weight / thousandth }

// maxCorroborators is beyond what changes an index by half a point.
const maxCorroborators = 8

// corroborate takes a value closer to the ceiling for each corroborator. What is above the ceiling by itself stays there.
func (p *Policy) corroborate(value Millionths, corroborators int) Millionths {
	for range min(corroborators, maxCorroborators) {
		if value < p.Ceiling {
			value += (p.Ceiling - value) * p.CorroboratedShare / One
		}
	}
	return value
}
