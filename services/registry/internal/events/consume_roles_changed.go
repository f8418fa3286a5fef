package events

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/relations"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
)

// maxRoleGrants bounds what is read of one member's roles; it can have no more.
const maxRoleGrants = 2000

// RelationWriter changes the relations of the permission model. Both methods bear repetition.
type RelationWriter interface {
	Put(ctx context.Context, relations ...relations.Relation) error
	Remove(ctx context.Context, relations ...relations.Relation) error
}

// Roles has the permission model follow the roles that the registry has stored. What it writes is read under a lock that
// lasts until it is written, so that messages may come late, twice and in any order.
type Roles struct {
	Admission
	Writer RelationWriter
	// Grants returns a member's roles, and keeps other transactions that call it for the member waiting until this one ends.
	Grants func(ctx context.Context, tx pgx.Tx, member string, limit int) ([]registry.RoleGrant, error)
}

// Changed follows the changes of one principal.
func (r Roles) Changed() *messaging.Consumer[*registryv1.RolesChanged] {
	return &messaging.Consumer[*registryv1.RolesChanged]{
		Service: "registry-roles", Pool: r.Pool, JS: r.JS, Logger: r.Logger,
		New: func() *registryv1.RolesChanged { return &registryv1.RolesChanged{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *registryv1.RolesChanged) error {
			member, _, _ := strings.Cut(m.GetPrincipal(), "/")
			return r.follow(ctx, tx, member, m.GetPrincipal())
		},
	}
}

// follow writes the relations of some principals of a member, and takes away those that they have no role for.
func (r Roles) follow(ctx context.Context, tx pgx.Tx, member string, principals ...string) error {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	grants, err := r.Grants(ctx, tx, member, maxRoleGrants)
	if err != nil {
		return err
	}
	var due, undue []relations.Relation
	for _, p := range principals {
		var held []registry.Role
		for _, g := range grants {
			if g.Principal() == p {
				held = append(held, g.Role)
			}
		}
		d, u := roleRelations(member, p, held)
		due, undue = append(due, d...), append(undue, u...)
	}
	if err := r.Writer.Put(ctx, due...); err != nil {
		return err
	}
	return r.Writer.Remove(ctx, undue...)
}

// roleRelations are the relations that a principal has by its roles, and those that it has not. Who has a role is one of the
// member's principals and participates in the consortium, but for its devices: they send, and have nothing to read.
func roleRelations(member, principal string, held []registry.Role) (due, undue []relations.Relation) {
	put := func(holds bool, namespace, object, name string) {
		r := relations.Relation{Namespace: namespace, Object: object, Name: name, Subject: principal}
		if holds {
			due = append(due, r)
		} else {
			undue = append(undue, r)
		}
	}
	for _, role := range registry.Roles() {
		put(slices.Contains(held, role), "Member", member, string(role)+"s")
	}
	reads := len(held) > 0 && principal != member+"/"+registry.DevicesPrincipal
	put(reads, "Member", member, "principals")
	put(reads, "Consortium", "pcc", "participants")
	return due, undue
}
