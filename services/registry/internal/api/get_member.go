package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// GetMember implements pcc.registry.v1.MemberService.
func (s *Members) GetMember(ctx context.Context, req *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error) {
	m, err := s.Store.Member(ctx, wire.MemberID(req.GetName()))
	if err != nil {
		return nil, err
	}
	return &registryv1.GetMemberResponse{Member: wire.FromMember(m)}, nil
}
