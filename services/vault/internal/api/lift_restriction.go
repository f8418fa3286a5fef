package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// LiftRestriction implements the RPC.
func (s *SubjectServer) LiftRestriction(ctx context.Context, req *vaultv1.LiftRestrictionRequest) (*vaultv1.LiftRestrictionResponse, error) {
	member, by, id, err := asked(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	r, err := s.Desk.Lift(ctx, member, id, by)
	if err != nil {
		return nil, err
	}
	return &vaultv1.LiftRestrictionResponse{SubjectRequest: s.request(r)}, nil
}
