package migrations_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
)

// readable are the tables, whole or in columns, that a reading role sees, with whether it sees all rows and which policies let
// it see some.
const readable = `
SELECT c.relname, c.relrowsecurity AND NOT r.rolbypassrls AND NOT r.rolsuper,
       COALESCE((SELECT string_agg(pg_get_expr(p.polqual, p.polrelid), ' AND ') FROM pg_policy p
                 WHERE p.polrelid = c.oid AND (r.oid = ANY (p.polroles) OR 0 = ANY (p.polroles))), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN pg_roles r
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm') AND r.rolname = $1 || '_reader'
  AND has_any_column_privilege(r.oid, c.oid, 'SELECT')`

// Every table that a member's request reads as the reading role keeps each member's rows to itself, by the database's own rule.
func TestReadersSeeTheirOwnRows(t *testing.T) {
	tables := 0
	for _, service := range migrations.Services() {
		sources, err := migrations.Sources(service)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := testkit.Schema(t, service, sources...).Query(t.Context(), readable, service)
		if err != nil {
			t.Fatal(err)
		}
		type table struct {
			Name     string
			Secured  bool
			Policies string
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			tables++
			if !f.Secured || !strings.Contains(f.Policies, "pcc.tenant") {
				t.Errorf("%s_reader sees all of %s.%s", service, service, f.Name)
			}
		}
	}
	if tables < 10 {
		t.Errorf("only %d tables are readable", tables)
	}
}
