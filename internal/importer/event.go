package importer

import (
	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

var units = map[history.Unit]eventsv1.OdometerUnit{
	history.UnitKilometre: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE,
	history.UnitMile:      eventsv1.OdometerUnit_ODOMETER_UNIT_MILE,
}

var natures = map[history.Nature]eventsv1.InspectionNature{
	history.NaturePeriodic:            eventsv1.InspectionNature_INSPECTION_NATURE_PERIODIC,
	history.NatureRetest:              eventsv1.InspectionNature_INSPECTION_NATURE_RETEST,
	history.NatureComplementary:       eventsv1.InspectionNature_INSPECTION_NATURE_COMPLEMENTARY,
	history.NatureComplementaryRetest: eventsv1.InspectionNature_INSPECTION_NATURE_COMPLEMENTARY_RETEST,
	history.NatureOther:               eventsv1.InspectionNature_INSPECTION_NATURE_OTHER,
}

var results = map[history.Result]eventsv1.InspectionResult{
	history.ResultPassed:         eventsv1.InspectionResult_INSPECTION_RESULT_PASSED,
	history.ResultRetestRequired: eventsv1.InspectionResult_INSPECTION_RESULT_RETEST_REQUIRED,
	history.ResultRefused:        eventsv1.InspectionResult_INSPECTION_RESULT_REFUSED,
	history.ResultAbandoned:      eventsv1.InspectionResult_INSPECTION_RESULT_ABANDONED,
	history.ResultOther:          eventsv1.InspectionResult_INSPECTION_RESULT_OTHER,
}

// newEvent makes the event of a reading. The same reading always makes the same event, so a second import has no effect.
func newEvent(source, passport string, r history.Reading) (*pb.CloudEvent, error) {
	return event.New(r.EventID(passport), source, passport, r.Time, message(r))
}

func message(r history.Reading) proto.Message {
	odometer := &eventsv1.Odometer{RawValue: r.RawValue, RawUnit: units[r.Unit]}
	if r.Kind == history.KindOdometer {
		odometer.Provenance = eventsv1.Provenance_PROVENANCE_OBD_READ
		return &eventsv1.OdometerReading{Odometer: odometer}
	}
	odometer.Provenance = eventsv1.Provenance_PROVENANCE_INSPECTION_TERMINAL
	return &eventsv1.Inspection{Odometer: odometer, Nature: natures[r.Nature], Result: results[r.Result], Centre: r.Centre}
}
