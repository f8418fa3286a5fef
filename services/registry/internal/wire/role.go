package wire

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
)

var roles = enum[registry.Role, registryv1.Role]{
	registry.RoleAdministrator: registryv1.Role_ROLE_ADMINISTRATOR,
	registry.RoleContributor:   registryv1.Role_ROLE_CONTRIBUTOR,
	registry.RoleReader:        registryv1.Role_ROLE_READER,
	registry.RoleRegistrar:     registryv1.Role_ROLE_REGISTRAR,
	registry.RoleAccountant:    registryv1.Role_ROLE_ACCOUNTANT,

	registry.RoleDataProtectionOfficer: registryv1.Role_ROLE_DATA_PROTECTION_OFFICER,
}

// ToRole reads a role; the request's rules leave no other.
func ToRole(r registryv1.Role) registry.Role { return roles.inverse(r) }

// FromRoleGrant returns g as it is sent.
func FromRoleGrant(g registry.RoleGrant) *registryv1.RoleGrant {
	return &registryv1.RoleGrant{
		Principal: g.Principal(), Role: roles[g.Role], GrantedBy: g.GrantedBy, GrantTime: timestamppb.New(g.GrantTime),
	}
}
