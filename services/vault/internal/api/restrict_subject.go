package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// RestrictSubject implements the RPC.
func (s *SubjectServer) RestrictSubject(ctx context.Context, req *vaultv1.RestrictSubjectRequest) (*vaultv1.RestrictSubjectResponse, error) {
	member, by, id, err := asked(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	r, err := s.Desk.Restrict(ctx, member, id, by)
	if err != nil {
		return nil, err
	}
	return &vaultv1.RestrictSubjectResponse{SubjectRequest: s.request(r)}, nil
}
