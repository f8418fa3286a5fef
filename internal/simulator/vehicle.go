package simulator

import "time"

// Unit is the unit in which a source wrote a mileage down.
type Unit uint8

// The units.
const (
	Kilometre Unit = iota
	Mile
)

// Entity is a kind of legal entity.
type Entity uint8

// The entities.
const (
	Inspection Entity = iota
	Garage
	Cloud
)

// Reading is a mileage as a source wrote it down.
type Reading struct {
	ID     string
	Entity Entity
	// Source is one legal entity.
	Source string
	At     time.Time
	// Value is a whole number of Units.
	Value int64
	Unit  Unit
}

// SignalKind is what else is known of a vehicle.
type SignalKind uint8

// The kinds.
const (
	FirstRegistration SignalKind = iota
	OwnershipChange
	Imported
	ClusterChanged
	Trips
)

// Signal is an event that is no reading.
type Signal struct {
	ID   string
	Kind SignalKind
	At   time.Time
	// Since and Metres are a window and the distance driven in it; only Trips have them.
	Since  time.Time
	Metres int64
	// FromMiles says of an import that counters show miles where the vehicle came from.
	FromMiles bool
	// Removed and Installed are what the clusters show, in kilometres; only ClusterChanged has them.
	Removed, Installed int64
}

// Vehicle is all that anybody is told about a vehicle.
type Vehicle struct {
	Readings []Reading
	Signals  []Signal
}
