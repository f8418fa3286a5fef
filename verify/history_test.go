package verify_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

// historyPlan journals sixty events of one vehicle over eight years, of every kind there is, and thirty of others.
func historyPlan() prooftest.Plan {
	p := plan()
	p.Content = historyContent
	p.Sizes = map[string][]int{"ingest/garage": {0, 0, 3}, "ingest/oem": {30, 60, 87}}
	return p
}

// Between two events of the history lie so many days and kilometres.
const (
	historyDays       = 33
	historyKilometres = 1150
)

func historyContent(t testing.TB, passport string, seq int) ([]byte, *verify.Signature) {
	t.Helper()
	at := time.Date(2018, 2, 3, 9, 30, 0, 0, time.UTC).AddDate(0, 0, historyDays*seq)
	kilometres := historyKilometres * seq
	if seq > 50 {
		kilometres -= 20_000 // a mileage that goes down
	}
	odometer := &eventsv1.Odometer{
		RawValue: fmt.Sprint(kilometres), RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE,
		Provenance: eventsv1.Provenance_PROVENANCE_GARAGE_SYSTEM,
	}
	kinds := history(odometer, seq)
	data := kinds[seq%len(kinds)]
	envelope, err := event.New(fmt.Sprint("event-", seq), workshop, passport, at, data)
	if err != nil {
		t.Fatal(err)
	}
	journaled := &ingestv1.JournaledEvent{
		CloudEvent: encode(t, envelope), Passport: passport, Member: "members/garage", ReceiveTime: timestamppb.New(at.Add(90 * time.Second)),
		Quality: historyQuality(seq), Id: idOf(seq),
	}
	if hasOdometer(data) {
		journaled.OdometerMetres = proto.Int64(int64(kilometres) * 1000)
	}
	return encode(t, journaled), nil
}

func hasOdometer(data proto.Message) bool {
	field := data.ProtoReflect().Descriptor().Fields().ByName("odometer")
	return field != nil && data.ProtoReflect().Has(field)
}

func historyQuality(seq int) *ingestv1.Quality {
	return &ingestv1.Quality{Index: int32(60 + seq%40), PolicyVersion: "2026-01", Inputs: &ingestv1.QualityInputs{ // #nosec G115 -- below 100
		DataKind: "odometer", SourceClass: "garage", BaseRate: 700_000, Confirmations: int64(seq) * 100_000, Marks: int64(seq),
		Plausibility: 1_000_000, OdometerPolicyVersion: "2026-01", Provenance: 800_000, Completeness: 900_000, DelayUs: 90_000_000,
	}}
}

// history has an event of every kind, the common ones more often.
func history(odometer *eventsv1.Odometer, seq int) []proto.Message {
	service := &eventsv1.Service{Odometer: odometer, Operations: []string{"oil", "oil filter", "brake fluid"}, NextDue: "2027-03-01"}
	inspection := &eventsv1.Inspection{
		Odometer: odometer, Nature: eventsv1.InspectionNature_INSPECTION_NATURE_PERIODIC, Result: eventsv1.InspectionResult_INSPECTION_RESULT_PASSED, Centre: "S042",
	}
	reading := &eventsv1.OdometerReading{Odometer: odometer}
	return []proto.Message{
		&eventsv1.Registration{Country: "FR", First: true}, reading, service, inspection,
		&eventsv1.TripSummary{DistanceMetres: 42_195, Duration: &durationpb.Duration{Seconds: 2_700, Nanos: 500_000_000}, OdometerEnd: odometer},
		&eventsv1.ChargeSession{EnergyWh: 31_400, Duration: &durationpb.Duration{Seconds: 5_400}, Odometer: odometer},
		&eventsv1.BatteryMeasurement{StateOfHealthPermille: proto.Int32(941), StateOfChargePermille: proto.Int32(0), Odometer: odometer},
		&eventsv1.Refuel{VolumeMl: 41_230, Odometer: odometer}, &eventsv1.Wash{Odometer: odometer},
		&eventsv1.TyreChange{Odometer: odometer, Count: 4, Size: "205/55 R16 91V"}, reading, service, inspection,
		&eventsv1.SoftwareUpdate{ControlUnit: "BMS", PreviousVersion: "1.9", InstalledVersion: "2.0"},
		&eventsv1.TroubleCodesReported{Codes: []string{"P0301", "U0100-1A"}, Odometer: odometer}, &eventsv1.TroubleCodesCleared{Codes: []string{"P0301"}, Odometer: odometer},
		&eventsv1.Incident{Severity: eventsv1.Severity_SEVERITY_MODERATE, AirbagsDeployed: proto.Bool(false), Odometer: odometer},
		&eventsv1.ClaimOpened{ClaimReference: "C-17", IncidentEventId: "event-16"},
		&eventsv1.Repair{Odometer: odometer, Operations: []string{"bumper, painted"}, IncidentEventId: "event-16"},
		&eventsv1.ClaimClosed{ClaimReference: "C-17", Indemnified: true}, &eventsv1.RecallIssued{Campaign: "R-2021-04", Defect: "Brake booster"},
		&eventsv1.RecallPerformed{Campaign: "R-2021-04", Odometer: odometer},
		&eventsv1.PartChange{Kind: eventsv1.PartKind_PART_KIND_TRACTION_BATTERY, RemovedSerial: "B1", InstalledSerial: "B2", PartNumber: "7P", Odometer: odometer},
		&eventsv1.Theft{}, &eventsv1.Recovery{TheftEventId: "event-23", Odometer: odometer}, &eventsv1.OwnershipChange{Odometer: odometer},
		&eventsv1.Export{FromCountry: "FR", ToCountry: "DE"}, &eventsv1.Import{FromCountry: "FR", ToCountry: "DE", Odometer: odometer},
		&eventsv1.InstrumentClusterChange{Removed: odometer, Installed: odometer, RemovedSerial: "K1", InstalledSerial: "K2"},
		&eventsv1.TotalLossDeclared{Irreparable: false, Odometer: odometer}, &eventsv1.TotalLossLifted{DeclaredEventId: fmt.Sprint("event-", seq-1)},
		&eventsv1.Correction{CorrectedEventId: "event-30", Reason: "typed wrongly"},
		&eventsv1.DisputeOpened{DisputedEventId: "0199e9d4", Reason: "not this car", Evidence: []*eventsv1.Exhibit{
			{Item: &eventsv1.Exhibit_EventId{EventId: "0199e9d4-0000-7000-8000-00000000000a"}},
			{Item: &eventsv1.Exhibit_Document{Document: &eventsv1.DocumentDigest{Sha256: make([]byte, 32), MediaType: "application/pdf"}}},
		}},
		&eventsv1.DisputeResolved{OpenedEventId: "0199e9d4", Upheld: false, Finding: "the plate was misread"}, reading, inspection,
		&eventsv1.Dismantled{CertificateReference: "VHU-1"},
	}
}
