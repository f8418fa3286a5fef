package api

import (
	"context"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// GetSignedCheckpoint implements the RPC.
func (s *JournalService) GetSignedCheckpoint(ctx context.Context, req *ingestv1.GetSignedCheckpointRequest) (*ingestv1.GetSignedCheckpointResponse, error) {
	note, err := s.logs.Checkpoint(ctx, req.GetStream())
	if err != nil {
		return nil, err
	}
	return &ingestv1.GetSignedCheckpointResponse{Note: note}, nil
}
