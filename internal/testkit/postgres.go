package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/migrate"
)

// emptyTemplate is the template of a database with nothing in it.
const emptyTemplate = "template0"

// Postgres returns a pool on a database of the test's own, which is empty and gone after the test.
func Postgres(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return openPool(t, PostgresURL(t), "public")
}

// PostgresURL returns the connection string of the superuser for a database of the test's own.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return createDatabase(t, emptyTemplate)
}

// Migrated returns a pool on a database of the test's own to which the migrations in dir of files have been applied,
// in a schema named like the last element of dir; the schema is the pool's search path.
func Migrated(t testing.TB, files fs.FS, dir string) *pgxpool.Pool {
	t.Helper()
	own, err := fs.Sub(files, dir)
	if err != nil {
		t.Fatal(err)
	}
	schema := path.Base(dir)
	return Schema(t, schema, migrate.Source{Name: schema, Files: own})
}

// Schema is like Migrated for a schema made of several series of migrations.
func Schema(t testing.TB, schema string, sources ...migrate.Source) *pgxpool.Pool {
	t.Helper()
	return openPool(t, SchemaURL(t, schema, sources...), schema)
}

// SchemaURL returns the connection string of the superuser for a database as Schema makes it.
func SchemaURL(t testing.TB, schema string, sources ...migrate.Source) string {
	t.Helper()
	return createDatabase(t, template(t, schema, sources))
}

func openPool(t testing.TB, databaseURL, schema string) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = schema
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// createDatabase copies template and drops the copy after the test, whoever is still connected to it.
func createDatabase(t testing.TB, template string) (databaseURL string) {
	t.Helper()
	name := strings.ReplaceAll(ID("test"), "-", "_")
	admin := connectAdmin(t)
	if _, err := admin.Exec(t.Context(), copyStatement(name, template)); err != nil {
		t.Fatalf("create test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cleanupTimeout)
		defer cancel()
		conn, err := pgx.Connect(ctx, environment(t, EnvPostgres))
		if err != nil {
			t.Errorf("drop test database: %v", err)
			return
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", pgx.Identifier{name}.Sanitize())); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return onDatabase(t, name)
}

func copyStatement(name, template string) string {
	return fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", pgx.Identifier{name}.Sanitize(), pgx.Identifier{template}.Sanitize())
}

// template migrates a database once a test run and returns its name; copying it is many times faster than migrating.
// An advisory lock makes the other tests, in this process and others, wait for the first.
func template(t testing.TB, schema string, sources []migrate.Source) string {
	t.Helper()
	name := "template_" + fingerprint(t, schema, sources)
	admin := connectAdmin(t)
	if _, err := admin.Exec(t.Context(), `SELECT pg_advisory_lock(hashtext($1))`, name); err != nil {
		t.Fatalf("lock test template: %v", err)
	}
	defer admin.Close(context.WithoutCancel(t.Context())) // and with it the lock
	var exists bool
	if err := admin.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists); err != nil {
		t.Fatalf("look for test template: %v", err)
	}
	if exists {
		return name
	}
	draft := strings.ReplaceAll(ID("draft"), "-", "_")
	if _, err := admin.Exec(t.Context(), copyStatement(draft, emptyTemplate)); err != nil {
		t.Fatalf("create test template: %v", err)
	}
	if _, err := migrate.Up(t.Context(), onDatabase(t, draft), schema, sources); err != nil {
		t.Fatal(err)
	}
	rename := fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", pgx.Identifier{draft}.Sanitize(), pgx.Identifier{name}.Sanitize())
	if _, err := admin.Exec(t.Context(), rename); err != nil {
		t.Fatalf("keep test template: %v", err)
	}
	return name
}

// fingerprint tells sets of migrations apart by their content.
func fingerprint(t testing.TB, schema string, sources []migrate.Source) string {
	t.Helper()
	hash := sha256.New()
	fmt.Fprintf(hash, "%q", schema)
	for _, source := range sources {
		fmt.Fprintf(hash, "%q", source.Name)
		err := fs.WalkDir(source.Files, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(source.Files, name)
			fmt.Fprintf(hash, "%q %q", name, text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:12])
}

// connectAdmin opens a connection of the superuser for the test.
func connectAdmin(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), environment(t, EnvPostgres))
	if err != nil {
		t.Fatalf("connect to the shared PostgreSQL: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// onDatabase is the superuser's connection string for another database.
func onDatabase(t testing.TB, name string) string {
	t.Helper()
	u, err := url.Parse(environment(t, EnvPostgres))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
