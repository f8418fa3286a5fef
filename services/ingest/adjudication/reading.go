package adjudication

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Unit is the unit in which a source gave a mileage.
type Unit uint8

// The units.
const (
	UnitUnknown Unit = iota
	Kilometre
	Mile
	Metre
)

// Provenance is how a mileage left the vehicle.
type Provenance uint8

// The provenances.
const (
	ProvenanceUnknown Provenance = iota
	SignedECU
	OBD
	InspectionTerminal
	GarageSystem
	Photo
	Typed
)

// machine says that no person read or typed the value.
func (p Provenance) machine() bool { return p == SignedECU || p == OBD }

// Kind is the occasion of a reading.
type Kind uint8

// The kinds.
const (
	KindOther Kind = iota
	KindInspection
	KindService
	KindCharge
	KindTrip
	KindConnected
)

// attended says that the vehicle was driven to the place where it was read.
func (k Kind) attended() bool { return k == KindInspection || k == KindService }

const (
	// maxAssurance is certainty, in thousandths.
	maxAssurance = 1000
	// maxMetres is 5,000,000 km, several times what any road vehicle is known to have reached.
	maxMetres = 5_000_000_000

	metresPerKilometre = 1000
)

// Reading is one mileage of a vehicle. Two readings are the same if all their fields are.
type Reading struct {
	// EventID is unique among a vehicle's events; this package reads nothing else from it.
	EventID string
	// Source is the legal entity that answers for the reading; two sources are independent of each other.
	Source string
	// Assurance is how much readings of such a source weigh, in thousandths.
	Assurance int
	// OccurredAt and AcceptedAt count in microseconds: what is finer is cut off.
	OccurredAt, AcceptedAt time.Time
	Metres                 int64
	// RawValue is the decimal number as shown, in RawUnit; empty says that it is Metres in that unit, as a whole number.
	RawValue   string
	RawUnit    Unit
	Provenance Provenance
	Kind       Kind
}

// Canonical is the reading in the one form in which equal readings are ==. A State keeps no other.
func (r Reading) Canonical() Reading {
	r.OccurredAt, r.AcceptedAt = instant(r.OccurredAt), instant(r.AcceptedAt)
	r.Assurance = min(max(r.Assurance, 0), maxAssurance)
	if number, whole := r.plain(); whole {
		var digits [20]byte
		if string(strconv.AppendInt(digits[:0], number, 10)) == r.RawValue {
			r.RawValue = ""
		}
	}
	return r
}

func canonical(readings []Reading) []*Reading {
	out := make([]*Reading, len(readings))
	for i := range readings {
		r := readings[i].Canonical()
		out[i] = &r
	}
	return out
}

// plain is Metres in the unit of the reading, if that is a whole number by definition of the unit.
func (r *Reading) plain() (number int64, whole bool) {
	switch r.RawUnit {
	case Metre:
		return r.Metres, true
	case Kilometre:
		return r.Metres / metresPerKilometre, r.Metres%metresPerKilometre == 0
	case Mile, UnitUnknown:
	}
	return 0, false
}

func instant(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

// compareReadings is the canonical order. It is total: only equal readings tie. Of readings at the same instant the lower
// comes first, because many sources know only the day, and an order that nobody observed must not look like a decrease.
func compareReadings(a, b *Reading) int {
	return cmp.Or(
		a.OccurredAt.Compare(b.OccurredAt),
		cmp.Compare(a.Metres, b.Metres),
		a.AcceptedAt.Compare(b.AcceptedAt),
		strings.Compare(a.Source, b.Source),
		strings.Compare(a.EventID, b.EventID),
		cmp.Compare(a.Assurance, b.Assurance),
		strings.Compare(a.RawValue, b.RawValue),
		cmp.Compare(a.RawUnit, b.RawUnit),
		cmp.Compare(a.Provenance, b.Provenance),
		cmp.Compare(a.Kind, b.Kind),
	)
}

// metresPerUnit is the length of one digit of the display, in millimetres; a source that gives metres is taken to show kilometres.
func (u Unit) millimetres() int64 {
	if u == Mile {
		return 1_609_344
	}
	return 1_000_000
}
