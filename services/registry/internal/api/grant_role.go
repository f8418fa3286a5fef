package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// GrantRole implements pcc.registry.v1.RoleService.
func (s *Roles) GrantRole(ctx context.Context, req *registryv1.GrantRoleRequest) (*registryv1.GrantRoleResponse, error) {
	g, err := askedRole(ctx, req)
	if err != nil {
		return nil, err
	}
	g.GrantedBy = authn.FromContext(ctx).Subject()
	err = s.Store.InTx(ctx, func(tx postgres.Tx) (err error) {
		g, err = s.Rules.GrantRole(ctx, tx, g)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &registryv1.GrantRoleResponse{RoleGrant: wire.FromRoleGrant(g)}, nil
}

// askedRole is the role that a request names, of the caller's member.
func askedRole(ctx context.Context, req interface {
	GetPrincipal() string
	GetRole() registryv1.Role
}) (registry.RoleGrant, error) {
	member := callerMember(ctx)
	name, err := registry.PrincipalName(member, req.GetPrincipal())
	return registry.RoleGrant{Member: member, Name: name, Role: wire.ToRole(req.GetRole())}, err
}
