package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ListRoleGrants implements pcc.registry.v1.RoleService.
func (s *Roles) ListRoleGrants(ctx context.Context, req *registryv1.ListRoleGrantsRequest) (*registryv1.ListRoleGrantsResponse, error) {
	member := callerMember(ctx)
	grants, next, err := page(req, "roleGrants/"+member, registry.RoleGrant.Key,
		func(after registry.RoleGrantKey, limit int) ([]registry.RoleGrant, error) {
			return s.Store.RoleGrants(ctx, member, after, limit)
		})
	if err != nil {
		return nil, err
	}
	return &registryv1.ListRoleGrantsResponse{RoleGrants: wire.All(grants, wire.FromRoleGrant), NextPageToken: next}, nil
}
