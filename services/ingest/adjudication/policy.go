package adjudication

import "time"

const (
	secondsPerDay  = 24 * 60 * 60
	secondsPerYear = 365 * secondsPerDay
	day            = secondsPerDay * time.Second
)

// Cap is the greatest distance that a vehicle is believed to drive in a time.
type Cap struct {
	Per    time.Duration
	Metres int64
}

// Policy is every number on which a verdict depends. It is a value: the same policy, readings and signals give the same
// verdict on any machine, for all arithmetic is on integers.
type Policy struct {
	Version string
	// Caps bound a step of the chain: between two readings dt apart, each allows Metres for every Per, and for less than
	// Per all of it; the least counts. Slack comes on top, Tolerance is how far a step may go down.
	Caps             []Cap
	Slack, Tolerance int64
	// A step is ordinary if it is driven at no more than OrdinaryFactor (percent) of the vehicle's mean rate, or at less
	// than OrdinaryYearly metres a year. DefaultYearly is the mean rate of a vehicle that was not seen for RateSpan.
	OrdinaryFactor, OrdinaryYearly, DefaultYearly int64
	RateSpan                                      time.Duration
	// A step at more than ImaginableYearly is driven by few: it adds to the chain only half of the reading that it leads to.
	// A step at up to that rate, or at four times the vehicle's mean rate, is believed where something else explains it.
	ImaginableYearly int64
	// FiveDigitsUntil is the first registration from which no counter has five digits any more.
	FiveDigitsUntil time.Time
	// RestartShare is the percentage of its former value below which a counter counts as restarted.
	RestartShare int64
	// NearSale is how close to a step down an ownership change or an import bears on it.
	NearSale time.Duration
	// StoppedFor and StoppedReadings say when a counter that always shows the same has stopped.
	StoppedFor      time.Duration
	StoppedReadings int
	// Use says when signals of use contradict the odometer.
	Use UsePolicy
	// Evidence weighs what speaks for a rollback.
	Evidence EvidencePolicy
}

// UsePolicy compares the odometer with distances counted apart from it.
type UsePolicy struct {
	// Margin, in percent, and Slack, in metres, are what the two may differ.
	Margin, Slack int64
	// LeastConsumption and MostConsumption are watt-hours a kilometre.
	LeastConsumption, MostConsumption int64
}

// EvidencePolicy has the worth of each piece of evidence in decibans: ten more make rollback ten times as likely against
// error. They add up; a step down with at least Suspect is a suspected rollback.
type EvidencePolicy struct {
	// Prior is the odds before any evidence: of the vehicles with a decrease, one in five was tampered with.
	Prior int
	// Repeated is for a level read twice, RepeatedMore for one read at least three times: errors do not repeat themselves.
	Repeated, RepeatedMore int
	// OnTrend is for a lone high reading where the vehicle's rate had it expected and where the history without it has a
	// standstill; OffTrend for one that was not expected.
	OnTrend, OffTrend int
	// Explained is for a lone high reading that a common slip may explain.
	Explained int
	// Sale is for an ownership change or an import near the step.
	Sale int
	// Restart is for a counter that began again near zero.
	Restart int
	// RolloverPossible is for a step down that could be the rollover of a counter with few digits.
	RolloverPossible int
	// JumpUp is for a high level that began with a step up that is unusual for the vehicle.
	JumpUp int
	// Recovers is for a low level that ends in a jump back up, which nobody drives.
	Recovers int
	Suspect  int
	// Most is the most decibans that count: an undeclared replacement by a used cluster looks like a rollback.
	Most int
	// LeastDrop is the decrease, in metres, below which nobody takes the trouble.
	LeastDrop int64
}

const km = metresPerKilometre

// DefaultPolicy is the policy to start from. The caps leave room for a taxi in shifts; the priors come from published
// figures: 5.9 % of British cars show a decrease, and "any decrease is fraud" is right once in five times.
func DefaultPolicy() Policy {
	return Policy{
		Version: "odometer/1",
		Caps: []Cap{
			{Per: day, Metres: 2_000 * km},
			{Per: 7 * day, Metres: 7_000 * km},
			{Per: 30 * day, Metres: 20_000 * km},
			{Per: 91 * day, Metres: 50_000 * km},
			{Per: 365 * day, Metres: 150_000 * km},
			{Per: 2 * 365 * day, Metres: 240_000 * km},
		},
		Slack:            500 * km,
		Tolerance:        100 * km,
		OrdinaryFactor:   250,
		OrdinaryYearly:   30_000 * km,
		DefaultYearly:    15_000 * km,
		RateSpan:         180 * day,
		ImaginableYearly: 60_000 * km,
		FiveDigitsUntil:  time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC),
		RestartShare:     25,
		NearSale:         60 * day,
		StoppedFor:       600 * day,
		StoppedReadings:  4,
		Use:              UsePolicy{Margin: 15, Slack: 300 * km, LeastConsumption: 80, MostConsumption: 500},
		Evidence: EvidencePolicy{
			Prior:    -6,
			Repeated: 10, RepeatedMore: 13,
			OnTrend: 12, OffTrend: -6,
			Explained:        -12,
			Sale:             6,
			Restart:          -20,
			Recovers:         -20,
			RolloverPossible: -30,
			Suspect:          10,
			Most:             13,
			LeastDrop:        1_000 * km,
		},
	}
}

// reach is the farthest that a vehicle gets in a time, in metres.
func (p *Policy) reach(seconds int64) int64 {
	least := int64(maxMetres)
	for _, c := range p.Caps {
		per := max(int64(c.Per/time.Second), 1)
		least = min(least, c.Metres/per*max(seconds, per)+c.Metres%per*max(seconds, per)/per)
	}
	return least + p.Slack
}

// credit makes the chain avoid steps that few vehicles drive, if it can: such a step takes half of what it leads to.
func (p *Policy) credit(a, b *point) int {
	step, seconds := b.metres-a.metres, elapsed(a, b)
	switch {
	case step < -p.Tolerance || step > p.reach(seconds):
		return 0
	case step > p.ImaginableYearly*seconds/secondsPerYear+p.Slack:
		return fullCredit / 2
	default:
		return fullCredit
	}
}

// feasible says whether a vehicle that showed a can show b later.
func (p *Policy) feasible(a, b *point) bool {
	return p.credit(a, b) > 0
}
