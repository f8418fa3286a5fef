package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// RefuseSubjectRequest implements the RPC.
func (s *SubjectServer) RefuseSubjectRequest(ctx context.Context, req *vaultv1.RefuseSubjectRequestRequest) (*vaultv1.RefuseSubjectRequestResponse, error) {
	member, by, id, err := asked(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	r, err := s.Desk.Refuse(ctx, member, id, by, refusals.word(req.GetReason()))
	if err != nil {
		return nil, err
	}
	return &vaultv1.RefuseSubjectRequestResponse{SubjectRequest: s.request(r)}, nil
}
