package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
)

// RevokeRole implements pcc.registry.v1.RoleService.
func (s *Roles) RevokeRole(ctx context.Context, req *registryv1.RevokeRoleRequest) (*registryv1.RevokeRoleResponse, error) {
	g, err := askedRole(ctx, req)
	if err != nil {
		return nil, err
	}
	if err := s.Store.InTx(ctx, func(tx postgres.Tx) error { return s.Rules.RevokeRole(ctx, tx, g) }); err != nil {
		return nil, err
	}
	return &registryv1.RevokeRoleResponse{}, nil
}
