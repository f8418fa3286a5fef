package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// GetSubjectRequest implements the RPC.
func (s *SubjectServer) GetSubjectRequest(ctx context.Context, req *vaultv1.GetSubjectRequestRequest) (*vaultv1.GetSubjectRequestResponse, error) {
	member, _, id, err := asked(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	r, certificate, err := s.Desk.Store.Request(ctx, member, id)
	if err != nil {
		return nil, err
	}
	return &vaultv1.GetSubjectRequestResponse{SubjectRequest: s.request(r), Certificate: s.certificate(certificate)}, nil
}
