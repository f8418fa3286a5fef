package logserver

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/journal"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// ListCheckpoints implements the RPC.
func (s *Server) ListCheckpoints(ctx context.Context, _ *journalv1.ListCheckpointsRequest) (*journalv1.ListCheckpointsResponse, error) {
	checkpoints, err := journal.Checkpoints(ctx, s.db)
	if err != nil {
		return nil, err
	}
	resp := &journalv1.ListCheckpointsResponse{Checkpoints: make([]*journalv1.Checkpoint, len(checkpoints))}
	for i, cp := range checkpoints {
		resp.Checkpoints[i] = &journalv1.Checkpoint{
			Stream: cp.Stream, Size: int64(cp.Size), Root: cp.Root[:], CreateTime: timestamppb.New(cp.CreatedAt), //nolint:gosec // from a bigint
		}
	}
	return resp, nil
}
