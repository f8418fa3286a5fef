package proofview_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/proofview"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const passport = "passports/0198c1d2-0000-7000-8000-000000000001"

func payload(t *testing.T, subject string, data *anypb.Any) []byte {
	t.Helper()
	envelope := &pb.CloudEvent{
		Id: "reading-1", Source: "/members/oem/import", SpecVersion: "1.0", Type: "pcc.events.v1.TripSummary",
		Attributes: map[string]*pb.CloudEventAttributeValue{
			"subject": {Attr: &pb.CloudEventAttributeValue_CeString{CeString: subject}},
			"time": {Attr: &pb.CloudEventAttributeValue_CeTimestamp{
				CeTimestamp: timestamppb.New(time.Date(2026, 3, 1, 12, 0, 0, 500, time.UTC)),
			}},
		},
		Data: &pb.CloudEvent_ProtoData{ProtoData: data},
	}
	return marshal(t, &ingestv1.JournaledEvent{
		CloudEvent: marshal(t, envelope), Passport: passport, Member: "members/oem",
		Quality:     &ingestv1.Quality{Index: 80, PolicyVersion: "base/1"},
		ReceiveTime: timestamppb.New(time.Date(2026, 3, 1, 12, 0, 1, 0, time.UTC)), OdometerMetres: proto.Int64(123_456_700),
	})
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	encoded, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func trip(t *testing.T) *anypb.Any {
	t.Helper()
	data, err := anypb.New(&eventsv1.TripSummary{
		DistanceMetres: 12_000, Duration: durationpb.New(time.Hour),
		OdometerEnd: &eventsv1.Odometer{RawValue: "123456.7", RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE},
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDecodeShowsThePayload(t *testing.T) {
	const want = `{"id":"reading-1","source":"/members/oem/import","type":"pcc.events.v1.TripSummary",` +
		`"time":"2026-03-01T12:00:00.0000005Z","passport":"` + passport + `","member":"members/oem",` +
		`"receive_time":"2026-03-01T12:00:01Z","quality":{"index":80,"policy_version":"base/1"},"odometer_metres":123456700,` +
		`"data":{"distance_metres":"12000","duration":"3600s","odometer_end":{"raw_value":"123456.7","raw_unit":"ODOMETER_UNIT_KILOMETRE"}}}`
	owner, view, err := proofview.Decode(proofview.LeafType, payload(t, passport, trip(t)))
	if err != nil || owner != passport || string(view) != want {
		t.Errorf("passport %q, error %v, view\n%s\nwant\n%s", owner, err, view, want)
	}
}

func TestDecodeIsDeterministic(t *testing.T) {
	encoded := payload(t, passport, trip(t))
	_, first, err := proofview.Decode(proofview.LeafType, encoded)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, again, err := proofview.Decode(proofview.LeafType, encoded); err != nil || !bytes.Equal(first, again) {
			t.Fatalf("%s\nthen\n%s\n%v", first, again, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	unknown := &anypb.Any{TypeUrl: "type.googleapis.com/pcc.events.v1.NotYetInvented"}
	cases := map[string]struct {
		leafType string
		payload  []byte
	}{
		"other type":       {"pcc.other.v1.Thing", payload(t, passport, trip(t))},
		"not protobuf":     {proofview.LeafType, []byte("\xff\xff")},
		"unknown kind":     {proofview.LeafType, payload(t, passport, unknown)},
		"no data":          {proofview.LeafType, payload(t, passport, nil)},
		"other passport":   {proofview.LeafType, payload(t, "passports/other", trip(t))},
		"without envelope": {proofview.LeafType, marshal(t, &ingestv1.JournaledEvent{Passport: passport})},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, view, err := proofview.Decode(c.leafType, c.payload); err == nil {
				t.Errorf("accepted as %s", view)
			}
		})
	}
}
