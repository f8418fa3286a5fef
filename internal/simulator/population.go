package simulator

import "math/rand/v2"

// Population makes vehicles, one after the other. It is not safe for concurrent use.
type Population struct {
	rates  Rates
	random *rand.Rand
	number int
}

// New returns the population of a seed.
func New(seed uint64, rates Rates) *Population {
	return &Population{rates: rates, random: rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // simulated, and repeatable
}

// Next makes the next vehicle, and apart from it its label.
func (p *Population) Next() (Vehicle, Label) {
	l := &life{Rand: p.random, rates: p.rates, number: p.number}
	p.number++
	l.live()
	l.tamper()
	readings := l.record()
	return Vehicle{Readings: readings, Signals: l.signals}, l.label
}
