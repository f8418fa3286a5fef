package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// CaptureRead implements the RPC.
func (s *Server) CaptureRead(ctx context.Context, req *settlementv1.CaptureReadRequest) (*settlementv1.CaptureReadResponse, error) {
	id, err := readIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	contributions, err := contributionsOf(req.GetContributions())
	if err != nil {
		return nil, err
	}
	captured, err := s.ledger.CaptureRead(ctx, id, contributions)
	if err != nil {
		return nil, err
	}
	return &settlementv1.CaptureReadResponse{Read: readMessage(captured)}, nil
}
