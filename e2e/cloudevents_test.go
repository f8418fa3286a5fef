package e2e_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// testCloudEvents sends events over REST in the JSON formats of CloudEvents, and the first of them over gRPC as well.
func testCloudEvents(t *testing.T, w *world) {
	passport := w.newPassport(t, w.garage)
	first := reading(t, "garage", passport, "ce-1", "1000")
	inJSON := func(id string, rest string) string {
		return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":%q,"type":"pcc.events.v1.OdometerReading","subject":%q,"time":%q,%s}`,
			id, first.GetSource(), passport, first.GetAttributes()["time"].GetCeTimestamp().AsTime().Format("2006-01-02T15:04:05Z07:00"), rest)
	}
	data := func(value string) string {
		return `"data":{"odometer":{"rawValue":"` + value + `","rawUnit":"ODOMETER_UNIT_KILOMETRE","provenance":"PROVENANCE_GARAGE_SYSTEM"}}`
	}
	ack := sendCloudEvents(t, w.garage, "application/cloudevents+json", inJSON("ce-1", data("1000")))
	if ack.GetAccepted() != 1 {
		t.Fatalf("one event: %v", ack)
	}
	again, err := w.garage.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{first}})
	if err != nil || again.GetAcknowledgement().GetDuplicates() != 1 {
		t.Errorf("the same event over gRPC: %v, %v; want a duplicate", again, err)
	}
	ack = sendCloudEvents(t, w.garage, "application/cloudevents-batch+json",
		"["+inJSON("ce-2", data("1001"))+","+inJSON("ce-3", `"data":{"odometer":{"km":1}}`)+","+inJSON("ce-4", data("-1"))+"]")
	if ack.GetAccepted() != 1 || len(ack.GetRejections()) != 2 {
		t.Fatalf("a batch: %v", ack)
	}
	for i, want := range []struct{ reason, field string }{{"EVENT_MALFORMED", "data.odometer.km"}, {"ODOMETER_NEGATIVE", "data.odometer.raw_value"}} {
		if r := ack.GetRejections()[i]; r.GetIndex() != int32(i+1) || r.GetReason() != want.reason || r.GetField() != want.field {
			t.Errorf("refused %v, want %v", r, want)
		}
	}
	await.Until(t, settleTime, func(ctx context.Context) string {
		return compareEvents(ctx, w.garage, passport, []string{"ce-1", "ce-2"})
	})
}

func sendCloudEvents(t *testing.T, c *caller.Caller, mediaType, body string) *ingestv1.BatchAcknowledgement {
	t.Helper()
	raw, err := c.REST.SendAs(t.Context(), "POST", "/v1/events:ingest", mediaType, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	resp := &ingestv1.IngestEventsResponse{}
	if err := protojson.Unmarshal(raw, resp); err != nil {
		t.Fatal(err)
	}
	return resp.GetAcknowledgement()
}
