package api

import (
	"context"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// IngestEvents implements the RPC.
func (s *IngestService) IngestEvents(ctx context.Context, req *ingestv1.IngestEventsRequest) (*ingestv1.IngestEventsResponse, error) {
	giveBack, err := s.room.take(ctx, req)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	ack, err := s.accept(ctx, req)
	if err != nil {
		return nil, err
	}
	return &ingestv1.IngestEventsResponse{Acknowledgement: ack}, nil
}

// batch is what both ways of sending carry.
type batch interface {
	GetEvents() []*pb.CloudEvent
	GetSigned() *ingestv1.SignedBatch
}

func (s *IngestService) accept(ctx context.Context, b batch) (*ingestv1.BatchAcknowledgement, error) {
	if len(b.GetEvents()) > ingest.MaxBatchEvents {
		return nil, ingest.ErrBatchTooLarge // before they are decoded
	}
	candidates := make([]ingest.Candidate, 0, max(len(b.GetEvents()), len(b.GetSigned().GetCloudEvents())))
	for _, e := range b.GetEvents() {
		candidates = append(candidates, s.decoder.Decode(e))
	}
	if signed := b.GetSigned(); signed != nil {
		for _, bytes := range signed.GetCloudEvents() {
			candidates = append(candidates, s.decoder.DecodeBytes(bytes))
		}
		ingest.Sign(candidates, signed.GetStatement())
	}
	ack, err := s.ingest.Accept(ctx, authn.FromContext(ctx).Member, candidates)
	if err != nil {
		return nil, err
	}
	return acknowledgementToProto(ack), nil
}
