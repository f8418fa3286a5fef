package ingest

import (
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Class is the part that a member plays.
type Class uint8

// The classes.
const (
	ClassUnknown Class = iota
	ClassMaker
	ClassInsurer
	ClassGarage
	ClassInspectionCentre
	ClassDealer
	ClassFleet
	ClassAuthority
)

// Quality is the index of an event with all that it was computed from. Until the writer has appraised the event, it has
// nothing but the base rate.
type Quality struct {
	// Index is 0 to 100, and Policy the version of the policy that computed it.
	Index  int
	Policy string
	Inputs quality.Inputs
	// Marks names the reputation: the first so many marks of the member and the kind of data make it.
	Marks int64
	// Reason is the adjudication's for the plausibility, and OdometerPolicy its version; both are empty for most.
	Reason         adjudication.Code
	OdometerPolicy string
}

// assurance is how far members of a class are believed before anybody confirmed or refuted them.
func (c Class) assurance() quality.Assurance {
	switch c {
	case ClassInspectionCentre, ClassAuthority: // an authority keeps registers, as inspection centres do
		return quality.Inspection
	case ClassInsurer: // its experts see the vehicle
		return quality.InsurersExpert
	case ClassMaker: // its garages and its cloud
		return quality.MakersGarage
	case ClassGarage, ClassDealer: // a dealer has a garage
		return quality.IndependentGarage
	case ClassFleet:
		return quality.Fleet
	case ClassUnknown:
	}
	return quality.OwnerText
}

// BaseQuality is the quality of an event of which only its source's class is known.
func BaseQuality(policy *quality.Policy, class Class) Quality {
	return Quality{Inputs: quality.Inputs{BaseRate: policy.BaseRate(class.assurance())}}
}
