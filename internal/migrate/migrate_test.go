package migrate_test

import (
	"context"
	"database/sql"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // goose speaks database/sql
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/migrate"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
)

func source(name string, files ...string) migrate.Source {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + files[i+1])}
	}
	return migrate.Source{Name: name, Files: fsys}
}

func tables(t *testing.T, url, schema string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	rows, err := conn.Query(t.Context(), `SELECT tablename::text FROM pg_tables WHERE schemaname = $1 AND tablename NOT LIKE 'goose_%' ORDER BY 1`, schema)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestTwiceIsNothing(t *testing.T) {
	url := testkit.PostgresURL(t)
	first := source("own", "00001_a.sql", "CREATE TABLE a ();", "00002_b.sql", "CREATE TABLE b ();")
	for _, want := range []int{2, 0} {
		if n, err := migrate.Up(t.Context(), url, "garage", []migrate.Source{first}); err != nil || n != want {
			t.Fatalf("applied %d, %v; want %d", n, err, want)
		}
	}
	later := source("own", "00001_a.sql", "CREATE TABLE a ();", "00002_b.sql", "CREATE TABLE b ();", "00003_c.sql", "CREATE TABLE c ();")
	if n, err := migrate.Up(t.Context(), url, "garage", []migrate.Source{later}); err != nil || n != 1 {
		t.Errorf("applied %d, %v; want 1", n, err)
	}
	if got := strings.Join(tables(t, url, "garage"), " "); got != "a b c" {
		t.Errorf("tables %s", got)
	}
}

func TestSourcesKeepTheirOwnVersions(t *testing.T) {
	url := testkit.PostgresURL(t)
	sources := []migrate.Source{source("kit", "00001_a.sql", "CREATE TABLE a ();"), source("own", "00001_b.sql", "CREATE TABLE b ();")}
	for _, schema := range []string{"one", "two"} {
		if n, err := migrate.Up(t.Context(), url, schema, sources); err != nil || n != 2 {
			t.Fatalf("%s: applied %d, %v; want 2", schema, n, err)
		}
	}
}

func TestTwoAtOnce(t *testing.T) {
	url := testkit.PostgresURL(t)
	slow := source("own", "00001_a.sql", "CREATE TABLE a AS SELECT 1 AS n FROM pg_sleep(0.2);", "00002_b.sql", "CREATE TABLE b ();")
	applied := make([]int, 4)
	var group errgroup.Group
	for i := range applied {
		group.Go(func() (err error) {
			applied[i], err = migrate.Up(t.Context(), url, "garage", []migrate.Source{slow})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, n := range applied {
		sum += n
	}
	if sum != 2 {
		t.Errorf("applied %v, want 2 in all", applied)
	}
}

func TestABrokenMigrationIsNamedAndUndone(t *testing.T) {
	url := testkit.PostgresURL(t)
	broken := source("own", "00001_a.sql", "CREATE TABLE a ();", "00002_typo.sql", "CREATE TABLE b ();\nCREATE TABEL c ();")
	_, err := migrate.Up(t.Context(), url, "garage", []migrate.Source{broken})
	if err == nil || !strings.Contains(err.Error(), "garage") || !strings.Contains(err.Error(), "00002_typo.sql") || !strings.Contains(err.Error(), "TABEL") {
		t.Fatalf("error = %v; want one that names the schema, the file and the fault", err)
	}
	if got := strings.Join(tables(t, url, "garage"), " "); got != "a" {
		t.Errorf("tables %s, want only those of whole migrations", got)
	}
	mended := source("own", "00001_a.sql", "CREATE TABLE a ();", "00002_typo.sql", "CREATE TABLE b ();")
	if n, err := migrate.Up(t.Context(), url, "garage", []migrate.Source{mended}); err != nil || n != 1 {
		t.Errorf("mended: applied %d, %v; want 1", n, err)
	}
}

func TestErrorsHoldNoPassword(t *testing.T) {
	for _, url := range []string{"postgres://u:s3cret@127.0.0.1:1/db?connect_timeout=2", "postgres://u:s3cret@127.0.0.1:notaport/db"} {
		_, err := migrate.Up(t.Context(), url, "garage", nil)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("error = %v", err)
		}
	}
}

// TestServices applies every service's migrations to one empty database, as an installation does, then takes them back and
// applies them again where they say how.
func TestServices(t *testing.T) {
	url := testkit.PostgresURL(t)
	for _, service := range migrations.Services() {
		sources, err := migrations.Sources(service)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := migrate.Up(t.Context(), url, service, sources); err != nil || n < len(sources) {
			t.Fatalf("%s: applied %d, %v", service, n, err)
		}
	}
	for _, service := range migrations.Services() {
		t.Run(service, func(t *testing.T) {
			sources, err := migrations.Sources(service)
			if err != nil {
				t.Fatal(err)
			}
			before := len(tables(t, url, service))
			for _, s := range slices.Backward(sources) {
				if reversible(t, s) {
					down(t, url, service, s)
				}
			}
			if left := tables(t, url, service); len(left) >= before {
				t.Errorf("tables left: %v", left)
			}
			if _, err := migrate.Up(t.Context(), url, service, sources); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

func down(t *testing.T, url, schema string, s migrate.Source) {
	t.Helper()
	db, err := sql.Open("pgx", url+"&search_path="+schema)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store, err := database.NewStore(database.DialectPostgres, "goose_"+s.Name)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider("", db, s.Files, goose.WithStore(store))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), 0); err != nil {
		t.Errorf("%s: %v", s.Name, err)
	}
}

// reversible reports whether all of a source says how to take it back; a journal does not: what it holds is for ever.
func reversible(t *testing.T, s migrate.Source) bool {
	t.Helper()
	names, err := fs.Glob(s.Files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v, %v", s.Name, names, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(s.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "+goose Down") {
			return false
		}
	}
	return true
}

// TestWhatCannotBeConvertedIsRefused has rows from before leaves named their lists.
func TestWhatCannotBeConvertedIsRefused(t *testing.T) {
	for _, c := range []struct{ service, source, last, row string }{
		{"ingest", "journal", "00003_keyed_entries.sql", `INSERT INTO ingest.journal_entry (stream, seq, leaf) VALUES ('s', 0, 'leaf')`},
		{"registry", "registry", "00013_passport_tag.sql", `
			INSERT INTO registry.member VALUES ('oem', 'OEM', 'maker', 'OemMSP', '', '{}', now());
			INSERT INTO registry.passport (vehicle, make, model, variant, first_date, colour, energy, power_watts, life_cycle, enrolled_by,
				updated_by, created_at, updated_at)
			VALUES (gen_random_uuid(), '', '', '', '', '', '', 0, 'active', 'oem', 'oem', now(), now())`},
	} {
		sources, err := migrations.Sources(c.service)
		if err != nil {
			t.Fatal(err)
		}
		url := testkit.PostgresURL(t)
		if _, err := migrate.Up(t.Context(), url, c.service, upTo(t, sources, c.source, c.last)); err != nil {
			t.Fatal(err)
		}
		execute(t, url+"&search_path="+c.service, c.row)
		if _, err := migrate.Up(t.Context(), url, c.service, sources); err == nil || !strings.Contains(err.Error(), "start with an empty") {
			t.Errorf("%s: %v", c.last, err)
		}
	}
}

func execute(t *testing.T, url, statements string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

// upTo returns the sources up to the named one, and of that the files before the given one.
func upTo(t *testing.T, sources []migrate.Source, name, before string) []migrate.Source {
	t.Helper()
	i := slices.IndexFunc(sources, func(s migrate.Source) bool { return s.Name == name })
	files, err := fs.Glob(sources[i].Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	older := fstest.MapFS{}
	for _, file := range files {
		text, err := fs.ReadFile(sources[i].Files, file)
		if err != nil {
			t.Fatal(err)
		}
		if file < before {
			older[file] = &fstest.MapFile{Data: text}
		}
	}
	return append(slices.Clone(sources[:i]), migrate.Source{Name: name, Files: older})
}
