package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// GetReadRequest implements the RPC.
func (s *ReadRequests) GetReadRequest(ctx context.Context, req *accessv1.GetReadRequestRequest) (*accessv1.GetReadRequestResponse, error) {
	passport, policy, id, err := childName(req.GetName(), access.ErrRequestNotFound)
	if err != nil {
		return nil, err
	}
	read, err := s.Rules.Request(ctx, callerMember(ctx), passport, policy, id)
	if err != nil {
		return nil, err
	}
	r, err := fromRead(read)
	return &accessv1.GetReadRequestResponse{ReadRequest: r}, err
}
