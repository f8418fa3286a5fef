package cloudevents_test

import (
	"errors"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/gateway/internal/cloudevents"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	text, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestFromProtobuf(t *testing.T) {
	events := make([]*pb.CloudEvent, cloudevents.MaxEvents+1)
	for i := range events {
		events[i] = &pb.CloudEvent{Id: "a"}
	}
	b, err := cloudevents.FromProtobuf(marshal(t, &ingestv1.IngestEventsRequest{Events: events[:cloudevents.MaxEvents]}))
	if err != nil || len(b.Events) != cloudevents.MaxEvents {
		t.Errorf("a full batch: %v", err)
	}
	for what, c := range map[string]struct {
		body []byte
		want error
	}{
		"one more":         {marshal(t, &ingestv1.IngestEventsRequest{Events: events}), cloudevents.ErrTooMany},
		"no protobuf":      {[]byte{0xff}, cloudevents.ErrMalformed},
		"one event":        {marshal(t, &pb.CloudEvent{Id: "a", Source: "/s", Type: "t"}), cloudevents.ErrMalformed},
		"an unknown field": {[]byte{0x98, 0x06, 0x01}, cloudevents.ErrMalformed},
		"a signed batch":   {marshal(t, &ingestv1.IngestEventsRequest{Signed: &ingestv1.SignedBatch{}}), cloudevents.ErrMalformed},
	} {
		if _, err := cloudevents.FromProtobuf(c.body); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}

func TestFromSigned(t *testing.T) {
	text := marshal(t, &pb.CloudEvent{Id: "a"})
	want := &ingestv1.SignedBatch{CloudEvents: [][]byte{text, text}, Statement: []byte("s")}
	b, signed, err := cloudevents.FromSigned(marshal(t, want))
	if err != nil || len(b.Events) != 2 || !proto.Equal(signed, want) {
		t.Errorf("%v, %v, %v", b, signed, err)
	}
	many := &ingestv1.SignedBatch{CloudEvents: make([][]byte, cloudevents.MaxEvents+1)}
	if _, _, err := cloudevents.FromSigned(marshal(t, many)); !errors.Is(err, cloudevents.ErrTooMany) {
		t.Errorf("too many: %v", err)
	}
	if _, _, err := cloudevents.FromSigned(marshal(t, &ingestv1.SignedBatch{CloudEvents: [][]byte{{0xff}}})); !errors.Is(err, cloudevents.ErrMalformed) {
		t.Errorf("no event: %v", err)
	}
}

// FuzzFromSigned reads whatever a device may send in protobuf: nothing crashes it, and what it passes on as signed are the
// bytes that came.
func FuzzFromSigned(f *testing.F) {
	text := marshal(f, &pb.CloudEvent{Id: "a", Source: "/s", Type: "t"})
	f.Add(marshal(f, &ingestv1.SignedBatch{CloudEvents: [][]byte{text}, Statement: []byte("s")}))
	f.Add(marshal(f, &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{{Id: "a"}}}))
	f.Add([]byte{0x98, 0x06, 0x01})
	f.Fuzz(func(t *testing.T, body []byte) {
		if b, err := cloudevents.FromProtobuf(body); err == nil && b.Len() != len(b.Events) {
			t.Fatalf("%d events of %d", len(b.Events), b.Len())
		}
		b, signed, err := cloudevents.FromSigned(body)
		if err != nil {
			return
		}
		if len(b.Events) != len(signed.GetCloudEvents()) {
			t.Fatalf("%d events of %d", len(b.Events), len(signed.GetCloudEvents()))
		}
		again, _, err := cloudevents.FromSigned(marshal(t, signed))
		if err != nil || len(again.Events) != len(b.Events) {
			t.Fatalf("passed on it is read as %v, %v", again, err)
		}
	})
}
