package server_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	eventsPath = "/v1/events:ingest"
	washed     = `{"specversion":"1.0","id":"w-1","source":"/members/oem/cloud","type":"pcc.events.v1.Wash","time":"2026-03-01T10:00:00Z",` +
		`"subject":"passports/0199e9d4-0000-7000-8000-000000000001","data":{}}`
)

// takingIngest takes every event and remembers what reached it.
type takingIngest struct {
	ingestv1.UnimplementedIngestServiceServer
	mu    sync.Mutex
	req   *ingestv1.IngestEventsRequest
	asked []string
	err   error
}

// IngestEvents implements the RPC.
func (i *takingIngest) IngestEvents(ctx context.Context, req *ingestv1.IngestEventsRequest) (*ingestv1.IngestEventsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	md, _ := metadata.FromIncomingContext(ctx)
	i.req, i.asked = req, md.Get(authn.ForwardedHeader)
	ack := &ingestv1.BatchAcknowledgement{Accepted: int32(len(req.GetEvents()))}
	return &ingestv1.IngestEventsResponse{Acknowledgement: ack}, i.err
}

func TestCloudEventsAreIngested(t *testing.T) {
	r := start(t, nil)
	fake := r.ingest
	oem := r.as(r.oem)
	for _, mediaType := range []string{"application/cloudevents+json", "application/cloudevents+json; charset=utf-8"} {
		ack := r.do(oem, http.MethodPost, eventsPath, text(washed), "Content-Type", mediaType).object(t)["acknowledgement"].(map[string]any) //nolint:forcetypeassert // fails the test
		if ack["accepted"] != 1.0 || len(fake.req.GetEvents()) != 1 || fake.req.GetEvents()[0].GetProtoData() == nil {
			t.Errorf("%s: %v of %v", mediaType, ack, fake.req)
		}
	}
	if len(fake.asked) != 1 || fake.asked[0] != r.oem.ID+"/admin" {
		t.Errorf("ingest is asked as %v", fake.asked)
	}
	body := "[" + washed + `,{"id":"x","data":` + `{}` + `,"time":7},` + washed + "]"
	ack := r.do(oem, http.MethodPost, eventsPath, text(body), "Content-Type", "application/cloudevents-batch+json").object(t)["acknowledgement"].(map[string]any) //nolint:forcetypeassert // fails the test
	refused, _ := ack["rejections"].([]any)
	if ack["accepted"] != 2.0 || len(refused) != 1 {
		t.Fatalf("acknowledgement %v", ack)
	}
	if first, _ := refused[0].(map[string]any); first["index"] != 1.0 || first["reason"] != "EVENT_MALFORMED" || first["field"] != "attributes.time" {
		t.Errorf("refused %v", first)
	}
}

func TestCloudEventsThatAreRefused(t *testing.T) {
	r := start(t, nil)
	fake := r.ingest
	oem := r.as(r.oem)
	const batch, single = "application/cloudevents-batch+json", "application/cloudevents+json"
	wantProblem(t, "an event as a batch", r.do(oem, http.MethodPost, eventsPath, text(washed), "Content-Type", batch), 400, "MALFORMED_JSON", "")
	wantProblem(t, "a batch as an event", r.do(oem, http.MethodPost, eventsPath, text("["+washed+"]"), "Content-Type", single), 400, "MALFORMED_JSON", "")
	many := "[" + strings.Repeat("{},", 1000) + "{}]"
	wantProblem(t, "too many", r.do(oem, http.MethodPost, eventsPath, text(many), "Content-Type", batch), 400, "BATCH_TOO_LARGE", "events")
	wantProblem(t, "a query", r.do(oem, http.MethodPost, eventsPath+"?x=1", text(washed), "Content-Type", single), 400, "UNKNOWN_FIELD", "")
	wantProblem(t, "another route", r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(washed), "Content-Type", single), 415, "MEDIA_TYPE_UNSUPPORTED", "")
	wantProblem(t, "nobody", r.do(r.client(nil), http.MethodPost, eventsPath, text(washed), "Content-Type", single), 401, "CREDENTIALS_MISSING", "")
	if fake.req != nil {
		t.Errorf("ingest was asked for %v", fake.req)
	}
	fake.err = status.Error(codes.Unavailable, "down")
	if a := r.do(oem, http.MethodPost, eventsPath, text(washed), "Content-Type", single); a.status != http.StatusServiceUnavailable {
		t.Errorf("ingest is away: %d %s", a.status, a.body)
	}
}
