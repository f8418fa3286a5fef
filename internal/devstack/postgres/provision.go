package postgres

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Role is a login role with a generated password. Roles are neither superusers nor able to create roles or databases.
type Role struct {
	Name string
	// BypassRLS exempts the role from row-level security: COPY FROM is refused under it.
	BypassRLS bool
	// MemberOf lists roles whose rights this one has too.
	MemberOf []string
}

// Database is a database of its own owner. Nobody connects but the owner and the roles listed.
type Database struct {
	Name, Owner string
	Connect     []string
}

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

func validName(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("name %q: want %s", name, namePattern)
	}
	return nil
}

// Provision makes the roles and databases exist as described, on a running server. It repeats without effect; what is
// not listed stays as it is. Roles come in the order of their memberships.
func (c *Cluster) Provision(ctx context.Context, roles []Role, databases []Database) error {
	conn, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, r := range roles {
		if err := c.ensureRole(ctx, conn, r); err != nil {
			return fmt.Errorf("role %s: %w", r.Name, err)
		}
	}
	for _, d := range databases {
		if err := ensureDatabase(ctx, conn, d); err != nil {
			return fmt.Errorf("database %s: %w", d.Name, err)
		}
	}
	return nil
}

func (c *Cluster) ensureRole(ctx context.Context, conn *pgx.Conn, r Role) error {
	password, err := c.passwords.of(r.Name)
	if err != nil {
		return err
	}
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, r.Name).Scan(&exists); err != nil {
		return fmt.Errorf("look up: %w", err)
	}
	name := pgx.Identifier{r.Name}.Sanitize()
	verb, bypass := "CREATE", "NOBYPASSRLS"
	if exists {
		verb = "ALTER"
	}
	if r.BypassRLS {
		bypass = "BYPASSRLS"
	}
	// Role statements take no parameters; the generated password has letters and digits only.
	statements := []string{fmt.Sprintf("%s ROLE %s LOGIN %s PASSWORD '%s'", verb, name, bypass, password)}
	for _, group := range r.MemberOf {
		statements = append(statements, fmt.Sprintf("GRANT %s TO %s", pgx.Identifier{group}.Sanitize(), name))
	}
	return execAll(ctx, conn, statements)
}

func ensureDatabase(ctx context.Context, conn *pgx.Conn, d Database) error {
	if err := validName(d.Name); err != nil {
		return err
	}
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, d.Name).Scan(&exists); err != nil {
		return fmt.Errorf("look up: %w", err)
	}
	name, owner := pgx.Identifier{d.Name}.Sanitize(), pgx.Identifier{d.Owner}.Sanitize()
	first := fmt.Sprintf("CREATE DATABASE %s OWNER %s", name, owner)
	if exists {
		first = fmt.Sprintf("ALTER DATABASE %s OWNER TO %s", name, owner)
	}
	statements := []string{first, fmt.Sprintf("REVOKE ALL ON DATABASE %s FROM PUBLIC", name)}
	for _, role := range slices.Sorted(slices.Values(d.Connect)) {
		statements = append(statements, fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s", name, pgx.Identifier{role}.Sanitize()))
	}
	return execAll(ctx, conn, statements)
}

// execAll runs statements one by one: CREATE DATABASE refuses a transaction.
func execAll(ctx context.Context, conn *pgx.Conn, statements []string) error {
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("statement failed: %w", err)
		}
	}
	return nil
}
