package sealing_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/gateway/internal/sealing"
	"github.com/pcc-platform/pcc/internal/apperr"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// sealer seals every event by changing its type, but those whose id an error stands for.
type sealer map[string]error

func (s sealer) Seal(_ context.Context, member string, ce *pb.CloudEvent) (*pb.CloudEvent, error) {
	if err := s[ce.GetId()]; err != nil {
		return nil, err
	}
	return &pb.CloudEvent{Id: ce.GetId(), Type: "sealed for " + member}, nil
}

// sent returns what goes on to the service, nil when nothing does.
func sent(t *testing.T, s sealer, req proto.Message) (proto.Message, error) {
	t.Helper()
	var got proto.Message
	err := sealing.Interceptor(s)(t.Context(), "/m", req, nil, nil,
		func(_ context.Context, _ string, req, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
			got, _ = req.(proto.Message)
			return nil
		})
	return got, err
}

func batch(n int) *ingestv1.IngestEventsRequest {
	req := &ingestv1.IngestEventsRequest{}
	for i := range n {
		req.Events = append(req.Events, &pb.CloudEvent{Id: fmt.Sprint(i), Source: "/members/garage/bay"})
	}
	return req
}

func TestEventsAreSealedInTheirOrder(t *testing.T) {
	got, err := sent(t, sealer{}, batch(100))
	if err != nil {
		t.Fatal(err)
	}
	req, _ := got.(*ingestv1.IngestEventsRequest)
	if len(req.GetEvents()) != 100 {
		t.Fatalf("%d events", len(req.GetEvents()))
	}
	for i, ce := range req.GetEvents() {
		if ce.GetId() != fmt.Sprint(i) || ce.GetType() != "sealed for garage" {
			t.Errorf("in place %d: %v", i, ce)
		}
	}
}

func TestWhatCannotBeSealedIsLeftToIngest(t *testing.T) {
	got, err := sent(t, sealer{
		"1": apperr.New(apperr.NotFound, "PASSPORT_NOT_FOUND", "none"), "2": errors.New("malformed"),
	}, batch(4))
	req, _ := got.(*ingestv1.IngestEventsRequest)
	if err != nil || len(req.GetEvents()) != 4 || req.GetEvents()[1].GetType() != "" || req.GetEvents()[2].GetType() != "" ||
		req.GetEvents()[3].GetType() == "" {
		t.Errorf("sent %v, %v", got, err)
	}
}

// TestNothingGoesOnWhileAPartIsDown: in the clear it would be refused for good.
func TestNothingGoesOnWhileAPartIsDown(t *testing.T) {
	for _, down := range []error{
		apperr.New(apperr.Unavailable, "VAULT_UNAVAILABLE", "down"), status.Error(codes.Unavailable, "down"),
	} {
		if got, err := sent(t, sealer{"3": down}, batch(4)); !errors.Is(err, down) || got != nil {
			t.Errorf("sent %v, %v", got, err)
		}
	}
}

func TestOtherCallsAndSignedBatchesPass(t *testing.T) {
	signed := &ingestv1.IngestEventsRequest{Signed: &ingestv1.SignedBatch{}}
	if got, err := sent(t, sealer{}, signed); err != nil || !proto.Equal(got, signed) {
		t.Errorf("signed: %v, %v", got, err)
	}
	other := &ingestv1.ListEventsRequest{PageSize: 7}
	if got, err := sent(t, sealer{}, other); err != nil || !proto.Equal(got, other) {
		t.Errorf("another call: %v, %v", got, err)
	}
}
