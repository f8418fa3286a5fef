package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ListMembers implements pcc.registry.v1.MemberService.
func (s *Members) ListMembers(ctx context.Context, req *registryv1.ListMembersRequest) (*registryv1.ListMembersResponse, error) {
	members, next, err := page(req, "members", func(m registry.Member) string { return m.ID },
		func(after string, limit int) ([]registry.Member, error) { return s.Store.Members(ctx, after, limit) })
	if err != nil {
		return nil, err
	}
	return &registryv1.ListMembersResponse{Members: wire.All(members, wire.FromMember), NextPageToken: next}, nil
}
