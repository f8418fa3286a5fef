package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// RevokeReadRequest implements the RPC.
func (s *ReadRequests) RevokeReadRequest(ctx context.Context, req *accessv1.RevokeReadRequestRequest) (*accessv1.RevokeReadRequestResponse, error) {
	passport, policy, id, err := childName(req.GetName(), access.ErrRequestNotFound)
	if err != nil {
		return nil, err
	}
	signed := req.GetRevocation()
	read, err := s.Rules.Revoke(ctx, callerMember(ctx), passport, policy, id, signed.GetText(), signed.GetSignatures())
	if err != nil {
		return nil, err
	}
	r, err := fromRead(read)
	return &accessv1.RevokeReadRequestResponse{ReadRequest: r}, err
}
