package ingest

import (
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Class is the part that a member plays, by the name it has in the journal.
type Class string

// The classes. An event that was journaled before classes were is of a member of unknown class.
const (
	ClassUnknown          Class = ""
	ClassMaker            Class = "maker"
	ClassInsurer          Class = "insurer"
	ClassGarage           Class = "garage"
	ClassInspectionCentre Class = "inspection_centre"
	ClassDealer           Class = "dealer"
	ClassFleet            Class = "fleet"
	ClassAuthority        Class = "authority"
)

// Quality is the index of an event with all that it was computed from. Until the writer has appraised the event, it has
// nothing but the base rate and the class it comes from.
type Quality struct {
	// Index is 0 to 100, and Policy the version of the policy that computed it.
	Index  int
	Policy string
	Inputs quality.Inputs
	// Class is the member's when the event was accepted.
	Class Class
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
	return Quality{Class: class, Inputs: quality.Inputs{BaseRate: policy.BaseRate(class.assurance())}}
}

// BaseRate is what a value counts for before anybody confirmed or refuted its source, by the base rate of the source's class: one
// that was signed in the vehicle vouches for itself.
func BaseRate(policy *quality.Policy, class quality.Millionths, p quality.Provenance) quality.Millionths {
	if p == quality.SignedECU {
		return max(class, policy.BaseRate(quality.SignedInVehicle))
	}
	return class
}
