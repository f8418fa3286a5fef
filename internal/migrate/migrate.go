// Package migrate brings a service's schema up to date with goose.
//
// A schema is made of sources: the kit that every service has (migrations/kit), the journal for those that keep one
// (internal/journal), and the service's own folder. Each source keeps its own version table in the schema.
package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// Source is one series of migrations.
type Source struct {
	// Name makes the version table "goose_<name>".
	Name string
	// Files holds NNNNN_name.sql at its root.
	Files fs.FS
}

// Up applies what is missing of the sources, in order, to schema in the database at url, creating the schema when it
// is not there. It returns the number of migrations applied, also with an error. An advisory lock keeps two programs from doing it at once.
func Up(ctx context.Context, url, schema string, sources []Source) (applied int, err error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return 0, fmt.Errorf("migrate: the database url of %s is malformed", schema)
	}
	cfg.RuntimeParams["search_path"] = schema
	db := stdlib.OpenDB(*cfg)
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(2)

	unlock, err := lock(ctx, db, schema)
	if err != nil {
		return 0, err
	}
	defer unlock()
	if err := ensureSchema(ctx, db, schema); err != nil {
		return 0, fmt.Errorf("migrate: create schema %s: %w", schema, err)
	}
	for _, s := range sources {
		n, err := up(ctx, db, s)
		applied += n
		if err != nil {
			return applied, fmt.Errorf("migrate: %s: %w", schema, err)
		}
	}
	return applied, nil
}

// ensureSchema looks first, because CREATE SCHEMA IF NOT EXISTS asks for the right to create even when there is nothing to do,
// and a service's role need not have it.
func ensureSchema(ctx context.Context, db *sql.DB, schema string) error {
	var exists bool
	if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", schema).Scan(&exists); err != nil || exists {
		return err
	}
	_, err := db.ExecContext(ctx, "CREATE SCHEMA "+pgx.Identifier{schema}.Sanitize())
	return err
}

func lock(ctx context.Context, db *sql.DB, schema string) (unlock func(), err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: connect: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext($1))", "migrate/"+schema); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("migrate: lock: %w", err)
	}
	return func() { _ = conn.Close() }, nil // the lock ends with its session
}

func up(ctx context.Context, db *sql.DB, s Source) (int, error) {
	store, err := database.NewStore(database.DialectPostgres, "goose_"+s.Name)
	if err != nil {
		return 0, err
	}
	provider, err := goose.NewProvider("", db, s.Files, goose.WithStore(store))
	if err != nil {
		return 0, fmt.Errorf("source %s: %w", s.Name, err)
	}
	results, err := provider.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		return len(partial.Applied), fmt.Errorf("source %s: %s: %w", s.Name, partial.Failed.Source.Path, partial.Err)
	}
	if err != nil {
		return 0, fmt.Errorf("source %s: %w", s.Name, err)
	}
	return len(results), nil
}
