package logserver

import (
	"context"

	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// GetSignedCheckpoint implements the RPC.
func (s *Server) GetSignedCheckpoint(ctx context.Context, req *journalv1.GetSignedCheckpointRequest) (*journalv1.GetSignedCheckpointResponse, error) {
	log, err := s.log(ctx, req.GetStream())
	if err != nil {
		return nil, err
	}
	note, err := log.newest(ctx, s.db, req.GetStream())
	if err != nil {
		return nil, err
	}
	return &journalv1.GetSignedCheckpointResponse{Note: note}, nil
}
