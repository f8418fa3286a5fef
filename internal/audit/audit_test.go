package audit_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
)

// kit returns a database with the tables that every service has.
func kit(t *testing.T) *pgxpool.Pool {
	t.Helper()
	sources, err := migrations.Sources("registry")
	if err != nil {
		t.Fatal(err)
	}
	return testkit.Schema(t, "kit", sources[0])
}

type row struct{ Subject, Action, Object string }

func rows(t *testing.T, pool *pgxpool.Pool) []row {
	t.Helper()
	found, err := pool.Query(t.Context(), `SELECT subject, action, object FROM audit ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(found, pgx.RowToStructByPos[row])
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func as(ctx context.Context, p authn.Principal) context.Context { return authn.WithPrincipal(ctx, p) }

func TestRecord(t *testing.T) {
	pool := kit(t)
	admin, service := authn.Principal{Member: "oem", Name: "admin"}, authn.Principal{Name: "anchor"}
	undone := errors.New("undone")
	for _, c := range []struct {
		by  authn.Principal
		end error
	}{{admin, nil}, {service, nil}, {admin, undone}} {
		ctx := as(t.Context(), c.by)
		err := postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
			return errors.Join(audit.Record(ctx, tx, "registry.EnrolPassport", "passports/1", "passports/2"), c.end)
		})
		if !errors.Is(err, c.end) {
			t.Fatal(err)
		}
	}
	want := []row{
		{"oem/admin", "registry.EnrolPassport", "passports/1"}, {"oem/admin", "registry.EnrolPassport", "passports/2"},
		{"service/anchor", "registry.EnrolPassport", "passports/1"}, {"service/anchor", "registry.EnrolPassport", "passports/2"},
	}
	if got := rows(t, pool); !slices.Equal(got, want) {
		t.Errorf("rows are %v, want %v: what was rolled back leaves none", got, want)
	}
}

func TestRowsStay(t *testing.T) {
	pool := kit(t)
	err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error { return audit.Record(t.Context(), tx, "a", "b") })
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{`UPDATE audit SET subject = 'other'`, `DELETE FROM audit`} {
		_, err := pool.Exec(t.Context(), statement)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Message != "audit is append-only" {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if got := rows(t, pool); len(got) != 1 {
		t.Errorf("rows are %v", got)
	}
}
