package e2e_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// testBadRequests sends requests that are wrong as a whole; the call after each must still be answered.
func testBadRequests(t *testing.T, w *world) {
	t.Run("REST", func(t *testing.T) { badOverREST(t, w) })
	t.Run("gRPC", func(t *testing.T) { badOverGRPC(t, w) })
	t.Run("request ids", func(t *testing.T) { reusedRequestID(t, w) })
}

const (
	nobody   = "passports/00000000-0000-4000-8000-000000000000"
	bindPath = "/v1/vehicles:bind"
	// tooLarge is more than any request may hold.
	tooLarge = 5 << 20
)

func badOverREST(t *testing.T, w *world) {
	for _, c := range []struct {
		name, method, path, mediaType, body string
		status                              int
		reason, field                       string
	}{
		{name: "unknown field", method: "POST", path: bindPath, body: `{"vin":"x","colour":"red"}`, status: 400, reason: "UNKNOWN_FIELD", field: "colour"},
		{name: "half a document", method: "POST", path: bindPath, body: `{"vin":`, status: 400, reason: "MALFORMED_JSON"},
		{name: "two documents", method: "POST", path: bindPath, body: `{"vin":"x"}{}`, status: 400, reason: "MALFORMED_JSON"},
		{name: "a number for a string", method: "POST", path: bindPath, body: `{"vin":7}`, status: 400, reason: "MALFORMED_JSON", field: "vin"},
		{name: "a field twice", method: "POST", path: bindPath, body: `{"vin":"x","vin":"y"}`, status: 400, reason: "MALFORMED_JSON", field: "vin"},
		{name: "too deep", method: "POST", path: "/v1/events:ingest", body: `{"events":` + strings.Repeat("[", 10_000), status: 400, reason: "MALFORMED_JSON"},
		{name: "too large", method: "POST", path: bindPath, body: `{"vin":"` + strings.Repeat("x", tooLarge) + `"}`, status: 413, reason: "BODY_TOO_LARGE"},
		{name: "not JSON", method: "POST", path: bindPath, mediaType: "text/plain", body: `{"vin":"x"}`, status: 415, reason: "MEDIA_TYPE_UNSUPPORTED"},
		{name: "unknown parameter", method: "GET", path: "/v1/passports?colour=red", status: 400, reason: "UNKNOWN_FIELD", field: "colour"},
		{name: "a page that is no number", method: "GET", path: "/v1/passports?pageSize=all", status: 400, reason: "INVALID_PARAMETER", field: "pageSize"},
		{name: "too large a page", method: "GET", path: "/v1/passports?pageSize=1001", status: 400, reason: "INVALID_FIELD", field: "page_size"},
		{name: "no page of ours", method: "GET", path: "/v1/passports?pageToken=AAAA", status: 400, reason: "INVALID_PAGE_TOKEN", field: "page_token"},
		{name: "no such route", method: "GET", path: "/v1/cars", status: 404, reason: "ROUTE_NOT_FOUND"},
		{name: "no such method", method: "DELETE", path: "/v1/passports", mediaType: "application/json", status: 405, reason: "METHOD_NOT_ALLOWED"},
		{name: "no such passport", method: "GET", path: "/v1/" + nobody, status: 404, reason: "PASSPORT_NOT_FOUND"},
		{name: "no name of a passport", method: "GET", path: "/v1/passports/mine", status: 400, reason: "INVALID_FIELD", field: "name"},
		{name: "no request id", method: "POST", path: "/v1/" + nobody + ":report", body: `{}`, status: 400, reason: "INVALID_FIELD", field: "request_id"},
		{name: "no events", method: "POST", path: "/v1/events:ingest", body: `{}`, status: 400, reason: "INVALID_FIELD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			mediaType := c.mediaType
			if mediaType == "" {
				mediaType = "application/json"
			}
			_, err := w.garage.REST.SendAs(t.Context(), c.method, c.path, mediaType, []byte(c.body))
			if f := caller.FaultOf(err); f.Status != c.status || f.Reason != c.reason || f.Field != c.field {
				t.Errorf("%v, want %d %s of %q", err, c.status, c.reason, c.field)
			}
			wantServing(t, w)
		})
	}
}

func badOverGRPC(t *testing.T, w *world) {
	ctx := t.Context()
	passport := w.newPassport(t, w.garage)
	many := make([]*pb.CloudEvent, 1001)
	for i := range many {
		many[i] = reading(t, "garage", passport, fmt.Sprint("many-", i), "1")
	}
	huge := reading(t, "garage", passport, "huge", "1")
	attribute("note", strings.Repeat("x", tooLarge))(t, huge)
	conn, err := w.garage.Conn("ingest")
	if err != nil {
		t.Fatal(err)
	}

	_, manyErr := w.garage.Ingest.IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: many})
	_, hugeErr := w.garage.Ingest.IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{huge}})
	_, noneErr := w.garage.Ingest.IngestEvents(ctx, &ingestv1.IngestEventsRequest{})
	garbage := []byte{0xff, 0xff, 0xff}
	garbageErr := conn.Invoke(ctx, ingestv1.IngestService_IngestEvents_FullMethodName, garbage, new([]byte), grpc.ForceCodec(rawCodec{}))
	_, nameErr := w.garage.Passports.GetPassport(ctx, &registryv1.GetPassportRequest{Name: "passports/mine"})
	for _, c := range []struct {
		name          string
		err           error
		code          codes.Code
		reason, field string
	}{
		{"1001 events", manyErr, codes.InvalidArgument, "BATCH_TOO_LARGE", "events"},
		{"5 MiB", hugeErr, codes.ResourceExhausted, "", ""},                // refused by gRPC before a message is made of it
		{"no events", noneErr, codes.InvalidArgument, "INVALID_FIELD", ""}, // neither of two fields
		{"no message", garbageErr, codes.Internal, "", ""},                 // likewise
		{"no name of a passport", nameErr, codes.InvalidArgument, "INVALID_FIELD", "name"},
		{"a batch number that does not grow", sameNumberTwice(t, w, passport), codes.InvalidArgument, "BATCH_NUMBER_INVALID", "batch_number"},
	} {
		if f := caller.FaultOf(c.err); f.Code != c.code || f.Reason != c.reason || f.Field != c.field {
			t.Errorf("%s: %v, want %s %s of %q", c.name, c.err, c.code, c.reason, c.field)
		}
	}
	wantServing(t, w)
}

// sameNumberTwice sends two batches under one number and returns how the stream ends; the first is acknowledged.
func sameNumberTwice(t *testing.T, w *world, passport string) error {
	t.Helper()
	stream, err := w.garage.Ingest.StreamEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		req := &ingestv1.StreamEventsRequest{BatchNumber: 1, Events: []*pb.CloudEvent{reading(t, "garage", passport, newID(), "1")}}
		if err := stream.Send(req); err != nil {
			t.Fatal(err)
		}
	}
	ack, err := stream.Recv()
	if err != nil || ack.GetAcknowledgement().GetAccepted() != 1 {
		t.Errorf("the first batch: %v, %v", ack, err)
	}
	_, err = stream.Recv()
	return err
}

func reusedRequestID(t *testing.T, w *world) {
	passport, other := w.newPassport(t, w.garage), w.newPassport(t, w.garage)
	id := newID()
	first, err := w.insurer.Reports.ReadReport(t.Context(), &registryv1.ReadReportRequest{RequestId: id, Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.insurer.Reports.ReadReport(t.Context(), &registryv1.ReadReportRequest{RequestId: id, Passport: passport})
	if err != nil || again.GetReceipt().GetName() != first.GetReceipt().GetName() {
		t.Errorf("the same request paid twice: %v, %v", again.GetReceipt(), err)
	}
	_, err = w.insurer.Reports.ReadReport(t.Context(), &registryv1.ReadReportRequest{RequestId: id, Passport: other})
	if f := caller.FaultOf(err); f.Code != codes.AlreadyExists || f.Reason != "REQUEST_ID_REUSED" || f.Field != "request_id" {
		t.Errorf("the same id for another passport: %v", err)
	}
	err = w.insurer.REST.Call(t.Context(), "POST", "/v1/"+other+":report", &registryv1.ReadReportRequest{RequestId: id}, nil)
	if f := caller.FaultOf(err); f.Status != http.StatusConflict || f.Reason != "REQUEST_ID_REUSED" {
		t.Errorf("the same id for another passport over REST: %v", err)
	}
}

func wantServing(t *testing.T, w *world) {
	t.Helper()
	if _, err := w.garage.REST.Send(t.Context(), "GET", "/v1/passports?pageSize=1", nil); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

// rawCodec sends bytes that are no message.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(v any) ([]byte, error) {
	raw, ok := v.([]byte)
	if !ok {
		return nil, errors.New("not bytes")
	}
	return raw, nil
}

func (rawCodec) Unmarshal([]byte, any) error { return nil }
