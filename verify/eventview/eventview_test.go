package eventview_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
)

const passport = "passports/0199e9d4-0000-7000-8000-000000000001"

// payload makes a leaf's payload, after change has had its way with the parts.
func payload(t testing.TB, change func(*ingestv1.JournaledEvent, *pb.CloudEvent)) []byte {
	t.Helper()
	at := time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)
	envelope, err := event.New("id-1", "/members/garage/inspections", passport, at, &eventsv1.Inspection{
		Odometer: &eventsv1.Odometer{RawValue: "61234", RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE},
		Result:   eventsv1.InspectionResult_INSPECTION_RESULT_PASSED,
	})
	if err != nil {
		t.Fatal(err)
	}
	journaled := &ingestv1.JournaledEvent{
		Passport: passport, Member: "members/garage", ReceiveTime: timestamppb.New(at.Add(time.Second)),
		Quality: &ingestv1.Quality{Index: 80, PolicyVersion: "2026-01"}, OdometerMetres: proto.Int64(61_234_000),
		Id: []byte{0x01, 0x9c, 0x0e, 0x5b, 0, 1, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xff},
	}
	change(journaled, envelope)
	if journaled.CloudEvent == nil {
		if journaled.CloudEvent, err = proto.Marshal(envelope); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := proto.Marshal(journaled)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDecode(t *testing.T) {
	content, err := eventview.Decode(eventview.LeafType, payload(t, func(*ingestv1.JournaledEvent, *pb.CloudEvent) {}), nil)
	if err != nil || content.Passport != passport || content.EventType != "pcc.events.v1.Inspection" {
		t.Fatalf("%q of %q, %v", content.EventType, content.Passport, err)
	}
	const want = `{
		"name": "passports/0199e9d4-0000-7000-8000-000000000001/events/019c0e5b-0001-7000-8000-0000000000ff",
		"id": "id-1", "source": "/members/garage/inspections", "type": "pcc.events.v1.Inspection",
		"time": "2026-01-31T10:00:00Z", "member": "members/garage", "received_at": "2026-01-31T10:00:01Z",
		"quality": {"index": 80, "policy_version": "2026-01"}, "odometer_metres": 61234000,
		"data": {"odometer": {"raw_value": "61234", "raw_unit": "ODOMETER_UNIT_KILOMETRE"}, "result": "INSPECTION_RESULT_PASSED"}
	}`
	if diff := cmp.Diff(parse(t, []byte(want)), parse(t, content.View)); diff != "" {
		t.Errorf("view (-want +got):\n%s", diff)
	}
}

func TestDecodeShowsWhatTheIndexWasComputedFrom(t *testing.T) {
	content, err := eventview.Decode(eventview.LeafType, payload(t, func(j *ingestv1.JournaledEvent, _ *pb.CloudEvent) {
		j.Quality.Inputs = &ingestv1.QualityInputs{
			DataKind: "odometer", SourceClass: "authority", BaseRate: 900_000, Confirmations: 1_500_000, Refutations: 2, Marks: 3, Plausibility: 800_000,
			PlausibilityReason: "UNIT_ERROR", OdometerPolicyVersion: "odometer/1", Provenance: 4, Completeness: 5, DelayUs: 6, Corroborators: 7,
		}
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"index": 80, "policy_version": "2026-01", "inputs": {
		"data_kind": "odometer", "source_class": "authority", "base_rate": 900000, "confirmations": 1500000, "refutations": 2, "marks": 3, "plausibility": 800000,
		"plausibility_reason": "UNIT_ERROR", "odometer_policy_version": "odometer/1", "provenance": 4, "completeness": 5, "delay_us": 6, "corroborators": 7
	}}`
	shown, _ := parse(t, content.View).(map[string]any)
	if diff := cmp.Diff(parse(t, []byte(want)), shown["quality"]); diff != "" {
		t.Errorf("quality (-want +got):\n%s", diff)
	}
}

func parse(t *testing.T, text []byte) (value any) {
	t.Helper()
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestLeafTypeIsTheMessage(t *testing.T) {
	if name := (&ingestv1.JournaledEvent{}).ProtoReflect().Descriptor().FullName(); name != eventview.LeafType {
		t.Errorf("LeafType = %s, the message is %s", eventview.LeafType, name)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ingestv1.JournaledEvent, *pb.CloudEvent)
		want   error
	}{
		"no passport":       {func(j *ingestv1.JournaledEvent, _ *pb.CloudEvent) { j.Passport = "" }, eventview.ErrMalformed},
		"other subject":     {func(j *ingestv1.JournaledEvent, _ *pb.CloudEvent) { j.Passport = "passports/other" }, eventview.ErrMalformed},
		"no time":           {func(_ *ingestv1.JournaledEvent, e *pb.CloudEvent) { delete(e.Attributes, "time") }, eventview.ErrMalformed},
		"never accepted":    {func(j *ingestv1.JournaledEvent, _ *pb.CloudEvent) { j.ReceiveTime = nil }, eventview.ErrMalformed},
		"no id":             {func(j *ingestv1.JournaledEvent, _ *pb.CloudEvent) { j.Id = nil }, eventview.ErrMalformed},
		"an id cut short":   {func(j *ingestv1.JournaledEvent, _ *pb.CloudEvent) { j.Id = j.Id[:15] }, eventview.ErrMalformed},
		"no data":           {func(_ *ingestv1.JournaledEvent, e *pb.CloudEvent) { e.Data = nil }, eventview.ErrMalformed},
		"data of two kinds": {func(_ *ingestv1.JournaledEvent, e *pb.CloudEvent) { e.Type = "pcc.events.v1.Wash" }, eventview.ErrMalformed},
		"signature": {func(j *ingestv1.JournaledEvent, _ *pb.CloudEvent) {
			j.Signature = &ingestv1.EventSignature{StatementSha256: []byte("statement")}
		}, verify.ErrSignature},
		"envelope": {func(j *ingestv1.JournaledEvent, _ *pb.CloudEvent) { j.CloudEvent = []byte{0xff} }, eventview.ErrMalformed},
		"later kind": {func(_ *ingestv1.JournaledEvent, e *pb.CloudEvent) {
			e.Type = "pcc.events.v9.Flight"
			e.GetProtoData().TypeUrl = "type.googleapis.com/" + e.Type
		}, eventview.ErrUnknown},
	} {
		if _, err := eventview.Decode(eventview.LeafType, payload(t, c.change), nil); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
	if _, err := eventview.Decode("other", nil, nil); !errors.Is(err, eventview.ErrUnknown) {
		t.Errorf("other leaf type: %v", err)
	}
	if _, err := eventview.Decode(eventview.LeafType, []byte{0xff}, nil); !errors.Is(err, eventview.ErrMalformed) {
		t.Errorf("not a protobuf: %v", err)
	}
}

// TestDecodeTellsZeroFromUnknown shows a measurement of an empty battery whose health nobody measured.
func TestDecodeTellsZeroFromUnknown(t *testing.T) {
	content, err := eventview.Decode(eventview.LeafType, payload(t, func(_ *ingestv1.JournaledEvent, e *pb.CloudEvent) {
		measured := &eventsv1.BatteryMeasurement{StateOfChargePermille: proto.Int32(0)}
		e.Type = string(measured.ProtoReflect().Descriptor().FullName())
		if err := e.GetProtoData().MarshalFrom(measured); err != nil {
			t.Fatal(err)
		}
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	shown, _ := parse(t, content.View).(map[string]any)
	if diff := cmp.Diff(parse(t, []byte(`{"state_of_charge_permille": 0}`)), shown["data"]); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
}
