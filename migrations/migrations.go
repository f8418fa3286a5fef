// Package migrations holds the SQL of every service's schema, one folder a service, applied by internal/migrate.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/migrate"
)

//go:embed */*.sql
var files embed.FS

// Readers are the services with tenant-private rows. Each has a second role, ReaderRole, that is under row-level security; it
// exists before the service's migrations run, which grant it what it may read.
func Readers() []string { return []string{"ingest", "settlement", "vault", "access"} }

// ReaderRole names the role that reads a service's tenant-private rows.
func ReaderRole(service string) string { return service + "_reader" }

// Services are those that have a schema, in the order in which to migrate them.
func Services() []string {
	return []string{"registry", "vault", "ingest", "anchor", "settlement", "access"}
}

// Sources returns the series of migrations that make up a service's schema.
func Sources(service string) ([]migrate.Source, error) {
	folders := []string{"kit"}
	if slices.Contains(keeper.Services(), service) {
		folders = append(folders, "journal")
	}
	sources := make([]migrate.Source, 0, len(folders)+1)
	for _, folder := range append(folders, service) {
		sub, err := fs.Sub(files, folder)
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		sources = append(sources, migrate.Source{Name: folder, Files: sub})
	}
	return sources, nil
}
