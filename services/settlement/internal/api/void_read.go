package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// VoidRead implements the RPC.
func (s *Server) VoidRead(ctx context.Context, req *settlementv1.VoidReadRequest) (*settlementv1.VoidReadResponse, error) {
	id, err := readIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	voided, err := s.ledger.VoidRead(ctx, id)
	if err != nil {
		return nil, err
	}
	return &settlementv1.VoidReadResponse{Read: readMessage(voided)}, nil
}
