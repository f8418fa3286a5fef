package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
)

var _ registry.RoleTx = Tx{}

// RoleGrant returns the grant of g's role to g's principal, or registry.ErrRoleGrantNotFound.
func (t Tx) RoleGrant(ctx context.Context, g registry.RoleGrant) (registry.RoleGrant, error) {
	row, err := t.q.RoleGrant(ctx, dbsqlc.RoleGrantParams{Member: g.Member, Name: g.Name, Role: string(g.Role)})
	return toRoleGrant(row), orNotFound(err, registry.ErrRoleGrantNotFound, "read the role")
}

// CountRoleGrants counts those of a member, and among them those of administrators.
func (t Tx) CountRoleGrants(ctx context.Context, member string) (all, administrators int, err error) {
	row, err := t.q.CountRoleGrants(ctx, member)
	return int(row.Total), int(row.Administrators), failed(err, "count roles")
}

// AddRoleGrants stores grants; those that are there stay as they are.
func (t Tx) AddRoleGrants(ctx context.Context, gs []registry.RoleGrant) error {
	for _, g := range gs {
		if err := t.q.AddRoleGrant(ctx, dbsqlc.AddRoleGrantParams{
			Member: g.Member, Name: g.Name, Role: string(g.Role), GrantedBy: g.GrantedBy, GrantedAt: g.GrantTime,
		}); err != nil {
			return failed(err, "grant the role")
		}
	}
	return nil
}

// RemoveRoleGrant takes a role away.
func (t Tx) RemoveRoleGrant(ctx context.Context, g registry.RoleGrant) error {
	err := t.q.RemoveRoleGrant(ctx, dbsqlc.RemoveRoleGrantParams{Member: g.Member, Name: g.Name, Role: string(g.Role)})
	return failed(err, "revoke the role")
}

// RoleGrants returns at most limit grants of a member after a place in its list.
func (s *Store) RoleGrants(ctx context.Context, member string, after registry.RoleGrantKey, limit int) ([]registry.RoleGrant, error) {
	return roleGrants(ctx, s.q, member, after, limit)
}

// LockedRoleGrants returns all grants of a member, while no other transaction that has called it for the same member goes on.
func LockedRoleGrants(ctx context.Context, tx pgx.Tx, member string, limit int) ([]registry.RoleGrant, error) {
	q := dbsqlc.New(tx)
	if err := q.LockRoleRelations(ctx, member); err != nil {
		return nil, failed(err, "lock the roles")
	}
	return roleGrants(ctx, q, member, registry.RoleGrantKey{}, limit)
}

func roleGrants(ctx context.Context, q *dbsqlc.Queries, member string, after registry.RoleGrantKey, limit int) ([]registry.RoleGrant, error) {
	rows, err := q.RoleGrants(ctx, dbsqlc.RoleGrantsParams{
		Member: member, AfterName: after.Name, AfterRole: string(after.Role), MaxRows: rowLimit(limit),
	})
	out := make([]registry.RoleGrant, len(rows))
	for i, row := range rows {
		out[i] = toRoleGrant(row)
	}
	return out, failed(err, "list roles")
}

func toRoleGrant(r dbsqlc.RoleGrant) registry.RoleGrant {
	return registry.RoleGrant{Member: r.Member, Name: r.Name, Role: registry.Role(r.Role), GrantedBy: r.GrantedBy, GrantTime: r.GrantedAt}
}
