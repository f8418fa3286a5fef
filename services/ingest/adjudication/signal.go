package adjudication

import (
	"cmp"
	"strings"
	"time"
)

// SignalKind says what a signal tells about a vehicle besides its mileage.
type SignalKind uint8

// The kinds: first those of the vehicle's life, then those of its use.
const (
	SignalUnknown SignalKind = iota
	FirstRegistration
	OwnershipChange
	Import
	Export
	ClusterChange
	TotalLoss
	TotalLossLifted
	Dismantled

	// Trips and ServiceInterval have the distance that the vehicle counted apart from its odometer; Charging has energy.
	Trips
	ServiceInterval
	Charging
)

func (k SignalKind) ofUse() bool { return k >= Trips }

// Signal is an event of another kind that bears on the mileage.
type Signal struct {
	EventID, Source string
	Kind            SignalKind
	OccurredAt      time.Time
	// Since is the beginning of the window of a signal of use; OccurredAt is its end.
	Since time.Time
	// Amount is the distance in metres, for Charging the energy in watt-hours.
	Amount int64
	// Complete says that nothing was driven or charged in the window besides Amount.
	Complete bool
	// Unit is, for an Import, the unit that counters show where the vehicle came from; UnitUnknown if nobody says.
	Unit Unit
	// Removed and Installed are what the old and the new instrument cluster show, in metres; they count if ValuesKnown.
	Removed, Installed int64
	ValuesKnown        bool
}

func (s Signal) canonical() Signal {
	s.OccurredAt, s.Since = instant(s.OccurredAt), instant(s.Since)
	for _, v := range []*int64{&s.Amount, &s.Removed, &s.Installed} {
		*v = min(max(*v, 0), maxMetres)
	}
	return s
}

// day counts from 1970, in UTC.
func (s *Signal) day() int64 { return floorDiv(s.OccurredAt.Unix(), secondsPerDay) }

func compareSignals(a, b *Signal) int {
	return cmp.Or(
		a.OccurredAt.Compare(b.OccurredAt),
		a.Since.Compare(b.Since),
		cmp.Compare(a.Kind, b.Kind),
		strings.Compare(a.Source, b.Source),
		strings.Compare(a.EventID, b.EventID),
		cmp.Compare(a.Amount, b.Amount),
		cmp.Compare(a.Removed, b.Removed),
		cmp.Compare(a.Installed, b.Installed),
		cmp.Compare(a.Unit, b.Unit),
		compareBool(a.Complete, b.Complete),
		compareBool(a.ValuesKnown, b.ValuesKnown),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
