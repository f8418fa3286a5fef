package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// GetRead implements the RPC.
func (s *Server) GetRead(ctx context.Context, req *settlementv1.GetReadRequest) (*settlementv1.GetReadResponse, error) {
	id, err := readIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	read, err := s.ledger.MemberRead(ctx, authn.FromContext(ctx).Member, id)
	if err != nil {
		return nil, err
	}
	return &settlementv1.GetReadResponse{Read: readMessage(read)}, nil
}
