package verify_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

// plan journals events of several classes: mileages, inspections, a service and, of the other vehicle, a wash.
func plan() prooftest.Plan {
	return prooftest.Plan{LeafType: eventview.LeafType, Decode: eventview.Decode, Content: content}
}

func newWorld(t testing.TB) prooftest.World {
	t.Helper()
	return prooftest.NewWorld(t, plan())
}

func content(t testing.TB, passport string, seq int) ([]byte, *verify.Signature) {
	t.Helper()
	return encode(t, journaled(t, passport, seq)), nil
}

// journaled is an event of the garage's workshop.
func journaled(t testing.TB, passport string, seq int) *ingestv1.JournaledEvent {
	t.Helper()
	at := time.Date(2026, 1, 30, 10, 0, seq, 0, time.UTC)
	envelope, err := event.New(fmt.Sprint("event-", seq), workshop, passport, at, dataOf(seq))
	if err != nil {
		t.Fatal(err)
	}
	return &ingestv1.JournaledEvent{
		CloudEvent: encode(t, envelope), Passport: passport, Member: "members/garage", ReceiveTime: timestamppb.New(at.Add(time.Second)),
		Quality: &ingestv1.Quality{Index: 80, PolicyVersion: "2026-01"}, OdometerMetres: metresOf(seq), Id: idOf(seq),
	}
}

// idOf is the id of an event, a UUID.
func idOf(seq int) []byte {
	return []byte{0x01, 0x9c, 0x0e, 0x5b, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, byte(seq >> 8), byte(seq)} // #nosec G115 -- the low bits
}

func encode(t testing.TB, message proto.Message) []byte {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func dataOf(seq int) proto.Message {
	odometer := &eventsv1.Odometer{RawValue: fmt.Sprint(61_000 + seq), RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE}
	switch seq {
	case 0, 1:
		return &eventsv1.Inspection{Odometer: odometer, Result: eventsv1.InspectionResult_INSPECTION_RESULT_PASSED}
	case 5:
		return &eventsv1.Service{Odometer: odometer}
	case 7:
		return &eventsv1.Wash{}
	default:
		return &eventsv1.OdometerReading{Odometer: odometer}
	}
}

func metresOf(seq int) *int64 {
	if seq == 7 {
		return nil
	}
	return proto.Int64(int64(61_000+seq) * 1000)
}

func verifyWorld(t *testing.T, w prooftest.World) (verify.Report, error) {
	t.Helper()
	return verify.Verify(w.Encode(t), w.Trust, eventview.Decode)
}
