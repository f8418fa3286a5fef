package simulator

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// life is the truth of a vehicle while it is simulated.
type life struct {
	*rand.Rand
	rates Rates
	// number tells events and sources of vehicles apart.
	number     int
	registered time.Time
	connected  bool
	// yearly is how many kilometres a year it was driven when it was new.
	yearly  float64
	visits  []visit
	label   Label
	signals []Signal
}

// visit is an occasion on which a vehicle is read. driven is the true mileage and shown what the counter shows, in
// kilometres.
type visit struct {
	at     time.Time
	entity Entity
	source string
	driven float64
	shown  float64
}

func until() time.Time { return time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC) }

func (l *life) chance(share float64) bool { return l.Float64() < share }

// scatter is a factor around 1.
func (l *life) scatter(sigma float64) float64 { return math.Exp(l.NormFloat64() * sigma) }

func (l *life) between(low, high float64) float64 { return low + l.Float64()*(high-low) }

// become gives the vehicle a class unless it has a more remarkable one.
func (l *life) become(c Class) { l.label.Class = max(l.label.Class, c) }

func (l *life) signal(s Signal) {
	s.ID = fmt.Sprintf("v%d-s%d", l.number, len(l.signals))
	l.signals = append(l.signals, s)
}

// live makes registration, visits and what was truly driven.
func (l *life) live() {
	age := time.Duration(l.between(2, 36) * float64(year))
	l.registered = until().Add(-age).Truncate(day)
	l.signal(Signal{Kind: FirstRegistration, At: l.registered})
	l.connected = l.registered.Year() >= 2016 && l.chance(0.3)
	scrapped := min(age, time.Duration(l.between(8, 26)*float64(year)))
	l.planInspections(scrapped)
	l.planServices(scrapped)
	if l.connected {
		l.plan(Cloud, fmt.Sprintf("maker%d", l.IntN(8)), 0, scrapped, 30*day)
	}
	for at := l.next(4 * year); at < scrapped; at += l.next(4 * year) {
		l.signal(Signal{Kind: OwnershipChange, At: l.registered.Add(at)})
	}
	slices.SortFunc(l.visits, func(a, b visit) int { return a.at.Compare(b.at) })
	l.drive()
}

// next is a random time whose mean is given.
func (l *life) next(mean time.Duration) time.Duration {
	return time.Duration(l.ExpFloat64()*float64(mean)) + 60*day
}

func (l *life) planInspections(scrapped time.Duration) {
	every := 2 * year
	if l.chance(0.5) {
		every = year
	}
	centre := l.IntN(60)
	for at := 4 * year; at < scrapped; at += time.Duration(float64(every) * l.between(0.93, 1.05)) {
		if l.chance(0.6) {
			centre = l.IntN(60)
		}
		l.visit(Inspection, fmt.Sprintf("centre%d", centre), at)
		if again := at + time.Duration(l.between(3, 50)*float64(day)); l.chance(0.18) && again < scrapped {
			l.visit(Inspection, fmt.Sprintf("centre%d", centre), again)
		}
	}
}

func (l *life) planServices(scrapped time.Duration) {
	if l.chance(0.4) {
		return // no garage that it is serviced by is a member
	}
	l.plan(Garage, fmt.Sprintf("garage%d", l.IntN(200)), time.Duration(l.between(0.5, 1.5)*float64(year)), scrapped, time.Duration(l.between(0.9, 1.6)*float64(year)))
}

func (l *life) plan(entity Entity, source string, from, to, every time.Duration) {
	for at := from + every; at < to; at += time.Duration(float64(every) * l.between(0.9, 1.15)) {
		l.visit(entity, source, at)
	}
}

func (l *life) visit(entity Entity, source string, at time.Duration) {
	l.visits = append(l.visits, visit{at: l.registered.Add(at), entity: entity, source: source})
}

// drive gives every visit its mileage. Rates differ between vehicles, between times, and fall with age.
func (l *life) drive() {
	yearly := min(13_500*l.scatter(0.45), 50_000)
	sigma := 0.35
	if l.chance(l.rates.HighMileage) {
		sigma = 0.15 // driven for a living, and so evenly
		yearly = l.between(45_000, 80_000)
	}
	l.yearly = yearly
	at, driven := l.registered, l.between(3, 60)
	for i := range l.visits {
		v := &l.visits[i]
		aging := math.Pow(0.97, v.at.Sub(l.registered).Hours()/year.Hours())
		driven += yearly * aging * l.scatter(sigma) * v.at.Sub(at).Hours() / year.Hours()
		v.driven, v.shown, at = driven, driven, v.at
	}
}

// pick is a visit with two or more before it, or false if there is none.
func (l *life) pick() (int, bool) {
	const before = 2
	if len(l.visits) <= before {
		return 0, false
	}
	return before + l.IntN(len(l.visits)-before), true
}
