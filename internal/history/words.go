package history

import eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"

// Unit is the unit of a mileage, as the formats of this package write it.
type Unit string

// Units of a mileage.
const (
	UnitKilometre Unit = "km"
	UnitMile      Unit = "mi"
	UnitMetre     Unit = "m"
)

// Kind says on what occasion a mileage was read.
type Kind string

// Kinds of a reading.
const (
	KindOdometer   Kind = "odometer"
	KindInspection Kind = "inspection"
)

// Nature says why a vehicle was inspected; empty when not known.
type Nature string

// Natures of an inspection.
const (
	NaturePeriodic            Nature = "periodic"
	NatureRetest              Nature = "retest"
	NatureComplementary       Nature = "complementary"
	NatureComplementaryRetest Nature = "complementary_retest"
	NatureOther               Nature = "other"
)

// Result is the outcome of an inspection; empty when not known.
type Result string

// Results of an inspection.
const (
	ResultPassed         Result = "passed"
	ResultRetestRequired Result = "retest_required"
	ResultRefused        Result = "refused"
	ResultAbandoned      Result = "abandoned"
	ResultOther          Result = "other"
)

// What the words are on the wire. A word that is not here is UNSPECIFIED.
var (
	unitsOnWire = map[Unit]eventsv1.OdometerUnit{
		UnitKilometre: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE,
		UnitMile:      eventsv1.OdometerUnit_ODOMETER_UNIT_MILE,
		UnitMetre:     eventsv1.OdometerUnit_ODOMETER_UNIT_METRE,
	}
	naturesOnWire = map[Nature]eventsv1.InspectionNature{
		NaturePeriodic:            eventsv1.InspectionNature_INSPECTION_NATURE_PERIODIC,
		NatureRetest:              eventsv1.InspectionNature_INSPECTION_NATURE_RETEST,
		NatureComplementary:       eventsv1.InspectionNature_INSPECTION_NATURE_COMPLEMENTARY,
		NatureComplementaryRetest: eventsv1.InspectionNature_INSPECTION_NATURE_COMPLEMENTARY_RETEST,
		NatureOther:               eventsv1.InspectionNature_INSPECTION_NATURE_OTHER,
	}
	resultsOnWire = map[Result]eventsv1.InspectionResult{
		ResultPassed:         eventsv1.InspectionResult_INSPECTION_RESULT_PASSED,
		ResultRetestRequired: eventsv1.InspectionResult_INSPECTION_RESULT_RETEST_REQUIRED,
		ResultRefused:        eventsv1.InspectionResult_INSPECTION_RESULT_REFUSED,
		ResultAbandoned:      eventsv1.InspectionResult_INSPECTION_RESULT_ABANDONED,
		ResultOther:          eventsv1.InspectionResult_INSPECTION_RESULT_OTHER,
	}
)

func (u Unit) proto() eventsv1.OdometerUnit       { return unitsOnWire[u] }
func (n Nature) proto() eventsv1.InspectionNature { return naturesOnWire[n] }
func (r Result) proto() eventsv1.InspectionResult { return resultsOnWire[r] }

// inspectionTerminal is a mileage as an inspection centre's own system has it.
func inspectionTerminal(value string, unit Unit) *eventsv1.Odometer {
	return &eventsv1.Odometer{
		RawValue: value, RawUnit: unit.proto(), Provenance: eventsv1.Provenance_PROVENANCE_INSPECTION_TERMINAL,
	}
}
