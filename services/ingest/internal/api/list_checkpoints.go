package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// ListCheckpoints implements the RPC.
func (s *JournalService) ListCheckpoints(ctx context.Context, _ *ingestv1.ListCheckpointsRequest) (*ingestv1.ListCheckpointsResponse, error) {
	checkpoints, err := s.journal.Checkpoints(ctx)
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListCheckpointsResponse{Checkpoints: make([]*ingestv1.Checkpoint, len(checkpoints))}
	for i, cp := range checkpoints {
		resp.Checkpoints[i] = &ingestv1.Checkpoint{
			Stream: cp.Stream, Size: int64(cp.Size), Root: cp.Root[:], CreateTime: timestamppb.New(cp.CreatedAt),
		}
	}
	return resp, nil
}
