package registry

import (
	"slices"
	"time"
)

// LifeCycle is the state of the vehicle that a passport describes.
type LifeCycle string

// The states. Dismantled is final.
const (
	Manufactured LifeCycle = "manufactured"
	Registered   LifeCycle = "registered"
	Active       LifeCycle = "active"
	Stolen       LifeCycle = "stolen"
	Exported     LifeCycle = "exported"
	TotalLoss    LifeCycle = "total_loss"
	Dismantled   LifeCycle = "dismantled"
)

// Transition is one step of a life cycle, kept for ever.
type Transition struct {
	From, To LifeCycle
	// Member is the id of the member that made it.
	Member string
	Reason string
	Time   time.Time
	// Revision is the passport's revision that the step made; it orders the steps.
	Revision int64
}

type step struct{ from, to LifeCycle }

// steps is the whole life cycle: what is not here is refused. The classes are those that witness the step: an insurer
// settles a theft or a loss, a dealer or maker puts on the road or across the border, a garage acts as the authorised
// treatment facility that dismantles. The authority may make every step.
var steps = map[step][]MemberClass{
	{Manufactured, Registered}: {Maker, Dealer, Fleet, Authority},
	{Manufactured, Exported}:   {Maker, Dealer, Authority},
	{Manufactured, Stolen}:     {Insurer, Authority},
	{Manufactured, TotalLoss}:  {Insurer, Authority},
	{Manufactured, Dismantled}: {Garage, Authority},

	{Registered, Active}:     {Dealer, Fleet, Insurer, InspectionCentre, Authority},
	{Registered, Stolen}:     {Insurer, Authority},
	{Registered, Exported}:   {Dealer, Authority},
	{Registered, TotalLoss}:  {Insurer, Authority},
	{Registered, Dismantled}: {Garage, Authority},

	{Active, Registered}: {Fleet, Insurer, Authority}, // laid up
	{Active, Stolen}:     {Insurer, Authority},
	{Active, Exported}:   {Dealer, Authority},
	{Active, TotalLoss}:  {Insurer, Authority},
	{Active, Dismantled}: {Garage, Authority},

	{Stolen, Registered}: {Insurer, Authority}, // found
	{Stolen, TotalLoss}:  {Insurer, Authority},

	{Exported, Registered}: {Dealer, Authority}, // registered where it went, or back
	{Exported, TotalLoss}:  {Insurer, Authority},
	{Exported, Dismantled}: {Garage, Authority},

	{TotalLoss, Registered}: {Authority}, // repaired, and passed for the road again
	{TotalLoss, Dismantled}: {Garage, Authority},
}

// checkStep returns nil when a member of class by may move a vehicle, ErrStepNotAllowed when nobody may, and
// ErrStepNotYours when only others may.
func checkStep(from, to LifeCycle, by MemberClass) error {
	classes, ok := steps[step{from, to}]
	if !ok {
		return ErrStepNotAllowed
	}
	if !slices.Contains(classes, by) {
		return ErrStepNotYours
	}
	return nil
}

// firstState is the state in which a passport begins: a maker enrols what it built, everybody else enrols vehicles that
// are on the road already.
func firstState(enrolledBy MemberClass) LifeCycle {
	if enrolledBy == Maker {
		return Manufactured
	}
	return Registered
}

// transferable reports whether a vehicle in this state can change its holder: not while it is stolen, and never after it
// is gone.
func (l LifeCycle) transferable() bool { return l != Stolen && l != Dismantled }
