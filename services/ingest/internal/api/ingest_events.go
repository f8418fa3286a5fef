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
	ack, err := s.accept(ctx, req.GetEvents())
	if err != nil {
		return nil, err
	}
	return &ingestv1.IngestEventsResponse{Acknowledgement: ack}, nil
}

func (s *IngestService) accept(ctx context.Context, events []*pb.CloudEvent) (*ingestv1.BatchAcknowledgement, error) {
	if len(events) > ingest.MaxBatchEvents {
		return nil, ingest.ErrBatchTooLarge // before they are decoded
	}
	candidates := make([]ingest.Candidate, len(events))
	for i, e := range events {
		candidates[i] = s.decoder.Decode(e)
	}
	ack, err := s.ingest.Accept(ctx, authn.FromContext(ctx).Member, candidates)
	if err != nil {
		return nil, err
	}
	return acknowledgementToProto(ack), nil
}
