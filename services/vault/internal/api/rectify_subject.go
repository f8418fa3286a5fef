package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// RectifySubject implements the RPC.
func (s *SubjectServer) RectifySubject(ctx context.Context, req *vaultv1.RectifySubjectRequest) (*vaultv1.RectifySubjectResponse, error) {
	member, by, id, err := asked(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	var identity *vault.Identity
	if req.GetIdentity() != nil {
		right, err := identityFrom(req.GetIdentity())
		if err != nil {
			return nil, err
		}
		identity = &right
	}
	r, err := s.Desk.Rectify(ctx, member, id, by, identity, req.GetCorrections())
	if err != nil {
		return nil, err
	}
	return &vaultv1.RectifySubjectResponse{SubjectRequest: s.request(r)}, nil
}
