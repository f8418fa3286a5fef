package alert

import (
	"slices"
	"time"
)

// Policy is what the alerts are judged by. Version names it.
type Policy struct {
	Version string
	// WreckGrace is how long after a total loss, or after the dismantling, a vehicle may still be seen: it is towed, and
	// the expert reads its odometer again. Many sources know the day only, so that it is not below one.
	WreckGrace time.Duration
	// TheftGrace is the same for a theft. A thief waits for nothing.
	TheftGrace time.Duration
	// ClearedBefore is how long before a change of holder the clearing of trouble codes is alarming: less than the usual
	// time that a car stands at a dealer, so that what was repaired properly before is not called a trick.
	ClearedBefore time.Duration
	// RoadUses are the types of event that show a wreck back on the road. Repairs and new parts are no such use: a total
	// loss is repaired before it can be lifted.
	RoadUses []string
	// Sightings are those that show where a stolen vehicle is.
	Sightings []string
}

// DefaultPolicy returns the policy in force.
func DefaultPolicy() Policy {
	const day = 24 * time.Hour
	road := []string{
		eventPackage + "OdometerReading", eventPackage + "TripSummary", eventPackage + "Service", eventPackage + "Inspection",
		eventPackage + "ChargeSession", eventPackage + "Refuel", eventPackage + "Wash", eventPackage + "TyreChange",
	}
	workshop := []string{
		eventPackage + "Repair", eventPackage + "PartChange", eventPackage + "InstrumentClusterChange",
		eventPackage + "SoftwareUpdate", eventPackage + "TroubleCodesReported", eventPackage + "TroubleCodesCleared",
		eventPackage + "BatteryMeasurement",
	}
	return Policy{
		Version: "alerts/1", WreckGrace: 2 * day, ClearedBefore: 30 * day,
		RoadUses: road, Sightings: slices.Concat(road, workshop),
	}
}
