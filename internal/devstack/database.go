package devstack

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/devstack/postgres"
	"github.com/pcc-platform/pcc/internal/migrate"
	"github.com/pcc-platform/pcc/migrations"
)

const (
	platformDatabase = "pcc"
	// The vault's rows are personal data and share no database, and so no backup, with anything else.
	vaultDatabase = "vault"
	ketoDatabase  = "keto"
	// ownerRole owns the platform's database and nothing in it.
	ownerRole = "pcc_owner"
)

func databaseOf(service string) string {
	if service == "vault" {
		return vaultDatabase
	}
	return platformDatabase
}

// startPostgres runs the cluster and makes every role, database and schema, and brings the schemas up to date.
func (s *Stack) startPostgres(ctx context.Context) error {
	port, err := s.ports.Get("postgres")
	if err != nil {
		return err
	}
	if s.cluster, err = postgres.Open(ctx, postgres.Config{BinDir: s.opts.PostgresBin, Dir: s.path("postgres"), Port: port}); err != nil {
		return err
	}
	spec := s.cluster.Spec()
	spec.Restart = true
	if err := s.supervisor.Start(ctx, spec); err != nil {
		return err
	}
	if err := s.provision(ctx); err != nil {
		return err
	}
	for _, service := range migrations.Services() {
		if err := s.migrate(ctx, service); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) provision(ctx context.Context) error {
	roles := []postgres.Role{{Name: ownerRole}, {Name: ketoDatabase}}
	connect := map[string][]string{}
	for _, service := range migrations.Services() {
		roles = append(roles, postgres.Role{Name: service})
		connect[databaseOf(service)] = append(connect[databaseOf(service)], service)
		if slices.Contains(migrations.Readers(), service) {
			roles = append(roles, postgres.Role{Name: migrations.ReaderRole(service)})
			connect[databaseOf(service)] = append(connect[databaseOf(service)], migrations.ReaderRole(service))
		}
	}
	return s.cluster.Provision(ctx, roles, []postgres.Database{
		{Name: platformDatabase, Owner: ownerRole, Connect: connect[platformDatabase]},
		{Name: vaultDatabase, Owner: ownerRole, Connect: connect[vaultDatabase]},
		{Name: ketoDatabase, Owner: ketoDatabase},
	})
}

func (s *Stack) migrate(ctx context.Context, service string) error {
	database := databaseOf(service)
	if err := s.createSchema(ctx, database, service); err != nil {
		return err
	}
	url, err := s.writeURL(service, database)
	if err != nil {
		return err
	}
	if slices.Contains(migrations.Readers(), service) {
		if _, err := s.writeURL(migrations.ReaderRole(service), database); err != nil {
			return err
		}
	}
	sources, err := migrations.Sources(service)
	if err != nil {
		return err
	}
	_, err = migrate.Up(ctx, url, service, sources)
	return err
}

// createSchema gives the service's role a schema of its own; the role itself may create none.
func (s *Stack) createSchema(ctx context.Context, database, service string) error {
	url, err := s.cluster.URL(postgres.Superuser, database)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("devstack: connect to %s: %w", database, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	name := pgx.Identifier{service}.Sanitize()
	if _, err := conn.Exec(ctx, fmt.Sprintf("CREATE SCHEMA IF NOT EXISTS %s AUTHORIZATION %s", name, name)); err != nil {
		return fmt.Errorf("devstack: create schema %s: %w", service, err)
	}
	return nil
}

func (s *Stack) urlFile(role string) string { return s.secretFile("database-" + role + ".url") }

func (s *Stack) writeURL(role, database string) (string, error) {
	url, err := s.cluster.URL(role, database)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(s.urlFile(role), []byte(url+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("devstack: %w", err)
	}
	return url, nil
}
