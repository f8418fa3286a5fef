package registry

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// maxRoleGrants bounds the roles of one member's principals.
const maxRoleGrants = 1000

// DevicesPrincipal is the name of the principal as which a member's devices send events. Its rights are the member's like any
// other's, and can be taken away like them.
const DevicesPrincipal = "devices"

// Role is what a principal may do for its member.
type Role string

// The roles, as the permission model calls their relations but for its plural.
const (
	RoleAdministrator Role = "administrator"
	RoleContributor   Role = "contributor"
	RoleReader        Role = "reader"
	RoleRegistrar     Role = "registrar"
	RoleAccountant    Role = "accountant"

	RoleDataProtectionOfficer Role = "data_protection_officer"
)

// Roles returns all roles.
func Roles() []Role {
	return []Role{RoleAdministrator, RoleContributor, RoleReader, RoleRegistrar, RoleAccountant, RoleDataProtectionOfficer}
}

// RoleGrant is one role of one principal.
type RoleGrant struct {
	// Member is the id of the principal's member, Name the principal's own.
	Member, Name string
	Role         Role
	// GrantedBy is "<member>/<name>", empty for what the admission granted.
	GrantedBy string
	GrantTime time.Time
}

// Principal is "<member>/<name>".
func (g RoleGrant) Principal() string { return g.Member + "/" + g.Name }

// Key is the place of g in lists.
func (g RoleGrant) Key() RoleGrantKey { return RoleGrantKey{Name: g.Name, Role: g.Role} }

// RoleGrantKey is a place in a member's list. The zero value is before the first.
type RoleGrantKey struct {
	Name string
	Role Role
}

// RoleTx is what changing roles needs of a transaction.
type RoleTx interface {
	Auditor
	// LockMember keeps others from changing roles of the member.
	LockMember(ctx context.Context, member string) error
	// RoleGrant returns the grant of g's role to g's principal, or ErrRoleGrantNotFound.
	RoleGrant(ctx context.Context, g RoleGrant) (RoleGrant, error)
	// CountRoleGrants counts those of a member, and among them those of administrators.
	CountRoleGrants(ctx context.Context, member string) (all, administrators int, err error)
	AddRoleGrants(ctx context.Context, gs []RoleGrant) error
	RemoveRoleGrant(ctx context.Context, g RoleGrant) error
	// PublishRolesChanged has the permission model follow.
	PublishRolesChanged(ctx context.Context, g RoleGrant) error
}

// PrincipalName returns the name in "<member>/<name>", or INVALID_FIELD unless it is well formed and of this member.
func PrincipalName(member, principal string) (string, error) {
	name, ok := strings.CutPrefix(principal, member+"/")
	if !ok || !principalName.MatchString(name) {
		return "", apperr.InvalidField("principal", "not of the form %s/{name}", member)
	}
	return name, nil
}

// GrantRole grants g and returns it, or what was granted before. Errors: ErrTooManyRoleGrants.
func (s *Service) GrantRole(ctx context.Context, tx RoleTx, g RoleGrant) (RoleGrant, error) {
	if err := tx.LockMember(ctx, g.Member); err != nil {
		return RoleGrant{}, err
	}
	if held, err := tx.RoleGrant(ctx, g); !errors.Is(err, ErrRoleGrantNotFound) {
		return held, err
	}
	all, _, err := tx.CountRoleGrants(ctx, g.Member)
	if err != nil {
		return RoleGrant{}, err
	}
	if all >= maxRoleGrants {
		return RoleGrant{}, ErrTooManyRoleGrants
	}
	g.GrantTime = s.now()
	if err := tx.AddRoleGrants(ctx, []RoleGrant{g}); err != nil {
		return RoleGrant{}, err
	}
	return g, changedRole(ctx, tx, "GrantRole", g)
}

// RevokeRole takes a role away. Errors: ErrRoleGrantNotFound, ErrLastAdministrator.
func (s *Service) RevokeRole(ctx context.Context, tx RoleTx, g RoleGrant) error {
	if err := tx.LockMember(ctx, g.Member); err != nil {
		return err
	}
	if _, err := tx.RoleGrant(ctx, g); err != nil {
		return err
	}
	if g.Role == RoleAdministrator {
		_, administrators, err := tx.CountRoleGrants(ctx, g.Member)
		if err != nil {
			return err
		}
		if administrators == 1 {
			return ErrLastAdministrator
		}
	}
	if err := tx.RemoveRoleGrant(ctx, g); err != nil {
		return err
	}
	return changedRole(ctx, tx, "RevokeRole", g)
}

func changedRole(ctx context.Context, tx RoleTx, action string, g RoleGrant) error {
	if err := tx.PublishRolesChanged(ctx, g); err != nil {
		return err
	}
	return tx.Audit(ctx, action, "principals/"+g.Principal()+"/"+string(g.Role))
}

// firstRoles are those that an admission grants: to the administrators, and to the member's devices.
func (m Member) firstRoles() []RoleGrant {
	roles := []RoleGrant{{Member: m.ID, Name: DevicesPrincipal, Role: RoleContributor, GrantTime: m.CreateTime}}
	for _, a := range m.Administrators {
		roles = append(roles, RoleGrant{
			Member: m.ID, Name: strings.TrimPrefix(a, m.ID+"/"), Role: RoleAdministrator, GrantTime: m.CreateTime,
		})
	}
	return roles
}
