package ingest

// PolicyVersion names the rule by which the quality of an event is computed now: the base rate of its source's class.
const PolicyVersion = "base-rate/1"

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

// Quality is the index of an event, 0 to 100, with the version of the policy that computed it.
type Quality struct {
	Index  int
	Policy string
}

// lowestRate is for a class without a rate of its own: as much as is given to an owner's bare word.
const lowestRate = 40

// BaseQuality is the quality of an event of which only its source's class is known: how much of what such sources say
// turns out to be right, in percent.
func BaseQuality(class Class) Quality {
	rate, ok := map[Class]int{
		ClassInspectionCentre: 90,
		ClassAuthority:        90, // keeps registers, as inspection centres do
		ClassInsurer:          80, // its experts see the vehicle
		ClassMaker:            75, // its garages and its cloud; events signed in the car are told apart by a later policy
		ClassGarage:           70,
		ClassDealer:           70, // has a garage
		ClassFleet:            70,
	}[class]
	if !ok {
		rate = lowestRate
	}
	return Quality{Index: rate, Policy: PolicyVersion}
}
