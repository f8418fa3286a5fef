package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// GetIngestStatus implements the RPC.
func (s *IngestService) GetIngestStatus(ctx context.Context, _ *ingestv1.GetIngestStatusRequest) (*ingestv1.GetIngestStatusResponse, error) {
	status, err := s.ingest.Status(ctx, authn.FromContext(ctx).Member)
	if err != nil {
		return nil, err
	}
	return &ingestv1.GetIngestStatusResponse{
		Journaled: status.Journaled, DeadLetters: status.DeadLetters, PendingBatches: status.PendingBatches,
	}, nil
}
