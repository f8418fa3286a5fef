package cloudevent_test

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/internal/cloudevent"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

func TestEvidence(t *testing.T) {
	d, err := cloudevent.NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.March, 1, 10, 0, 0, 0, time.UTC)
	shown := func(raw string, p eventsv1.Provenance) *eventsv1.Odometer {
		return &eventsv1.Odometer{RawValue: raw, RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_MILE, Provenance: p}
	}
	typed := shown("100", eventsv1.Provenance_PROVENANCE_TYPED)
	read := shown("100", eventsv1.Provenance_PROVENANCE_OBD_READ)
	mileage := func(p adjudication.Provenance, k adjudication.Kind) *ingest.Mileage {
		return &ingest.Mileage{RawValue: "100", RawUnit: adjudication.Mile, Provenance: p, Kind: k}
	}
	for name, c := range map[string]struct {
		data proto.Message
		want ingest.Evidence
	}{
		"connected reading": {&eventsv1.OdometerReading{Odometer: read}, ingest.Evidence{
			Mileage: mileage(adjudication.OBD, adjudication.KindConnected), Completeness: 1_000_000,
		}},
		"typed reading": {&eventsv1.OdometerReading{Odometer: typed}, ingest.Evidence{
			Mileage: mileage(adjudication.Typed, adjudication.KindOther), Completeness: 1_000_000,
		}},
		"service, one of three": {&eventsv1.Service{Odometer: typed}, ingest.Evidence{
			Mileage: mileage(adjudication.Typed, adjudication.KindService), Completeness: 333_333,
		}},
		"claim without a mileage": {&eventsv1.ClaimOpened{ClaimReference: "x"}, ingest.Evidence{Completeness: 500_000}},
		"battery, one of three":   {&eventsv1.BatteryMeasurement{StateOfChargePermille: proto.Int32(0)}, ingest.Evidence{Completeness: 333_333}},
		"incident, airbags not":   {&eventsv1.Incident{AirbagsDeployed: proto.Bool(false)}, ingest.Evidence{Completeness: 333_333}},
		"empty theft":             {&eventsv1.Theft{}, ingest.Evidence{Completeness: 1_000_000}},
		"first registration":      {&eventsv1.Registration{Country: "FR", First: true}, ingest.Evidence{Signal: &adjudication.Signal{Kind: adjudication.FirstRegistration}, Completeness: 1_000_000}},
		"another registration":    {&eventsv1.Registration{Country: "FR"}, ingest.Evidence{Completeness: 1_000_000}},
		"correction": {&eventsv1.Correction{CorrectedEventId: "x"}, ingest.Evidence{
			Note: &ingest.Note{Kind: ingest.Correction, Target: "x"}, Completeness: 500_000,
		}},
		"dispute": {disputeWith(&eventsv1.Exhibit{Item: &eventsv1.Exhibit_EventId{EventId: uuid.Max.String()}}, exhibit("image/png", 32)), ingest.Evidence{
			Note: &ingest.Note{Kind: ingest.Objection, Target: "e", Evidence: []ingest.Exhibit{{Event: uuid.Max}, {MediaType: "image/png"}}}, Completeness: 666_666,
		}},
		"end of a dispute": {&eventsv1.DisputeResolved{OpenedEventId: "x", Upheld: true, Finding: "y"}, ingest.Evidence{
			Note: &ingest.Note{Kind: ingest.Resolution, Target: "x", Upheld: true, Statement: "y"}, Completeness: 1_000_000,
		}},
		"trip": {&eventsv1.TripSummary{DistanceMetres: 5000, Duration: durationpb.New(time.Hour)}, ingest.Evidence{
			Signal: &adjudication.Signal{Kind: adjudication.Trips, Since: at.Add(-time.Hour), Amount: 5000}, Completeness: 500_000,
		}},
		"cluster": {&eventsv1.InstrumentClusterChange{Removed: typed, Installed: shown("0", eventsv1.Provenance_PROVENANCE_TYPED)}, ingest.Evidence{
			Mileage:      mileage(adjudication.Typed, adjudication.KindService),
			Signal:       &adjudication.Signal{Kind: adjudication.ClusterChange, Removed: 160_934, ValuesKnown: true},
			Completeness: 500_000,
		}},
	} {
		ce, err := event.New("id", "/members/oem/x", "passports/p", at, c.data)
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := proto.Marshal(ce)
		if err != nil {
			t.Fatal(err)
		}
		candidate := d.DecodeBytes(bytes)
		accepted, err := d.Evidence(&ingest.Event{Type: ce.GetType(), Data: candidate.Data, Bytes: bytes, OccurredAt: at})
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Evidence(&ingest.Event{Type: ce.GetType(), Bytes: bytes, OccurredAt: at})
		if !reflect.DeepEqual(accepted, got) {
			t.Errorf("%s: %+v with the data at hand, %+v without", name, accepted, got)
		}
		if err != nil || got.Completeness != c.want.Completeness || !same(got.Mileage, c.want.Mileage) || !same(got.Signal, c.want.Signal) || !reflect.DeepEqual(got.Note, c.want.Note) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := d.Evidence(&ingest.Event{Type: "pcc.events.v9.Flight"}); err == nil {
		t.Error("an unknown kind was read")
	}
}

func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// TestCompletenessBelongsToThePolicy fails when a kind gets or loses a descriptive field: indices of events journaled before would then
// be computed otherwise than they were, unless the policy gets a new version, too.
func TestCompletenessBelongsToThePolicy(t *testing.T) {
	all := sha256.New()
	for _, kind := range event.Kinds() {
		fields := kind.Fields()
		for i := range fields.Len() {
			if field := fields.Get(i); cloudevent.Descriptive(field) {
				_, _ = fmt.Fprintln(all, field.FullName())
			}
		}
	}
	got := fmt.Sprintf("%s %x", quality.DefaultPolicy().Version, all.Sum(nil)[:8])
	if want := "quality/1 6e3bdb502247cc7d"; got != want {
		t.Errorf("the policy and its fields are %s, want %s", got, want)
	}
}
