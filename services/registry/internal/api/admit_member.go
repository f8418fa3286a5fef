package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// AdmitMember implements pcc.registry.v1.MemberService.
func (s *Members) AdmitMember(ctx context.Context, req *registryv1.AdmitMemberRequest) (*registryv1.AdmitMemberResponse, error) {
	return postgres.Once(ctx, s.Store, "AdmitMember", req, &registryv1.AdmitMemberResponse{},
		func(tx postgres.Tx) (*registryv1.AdmitMemberResponse, error) {
			m, err := s.Rules.Admit(ctx, tx, wire.ToMember(req.GetMember()))
			if err != nil {
				return nil, err
			}
			return &registryv1.AdmitMemberResponse{Member: wire.FromMember(m)}, nil
		})
}
