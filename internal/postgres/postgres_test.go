package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/testkit"
)

// open returns a pool on a database with the statements applied.
func open(t *testing.T, statements ...string) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), testkit.PostgresURL(t), "public")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for _, s := range statements {
		exec(t, pool, s)
	}
	return pool
}

func exec(t *testing.T, pool *pgxpool.Pool, statement string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestMalformedURLIsNotRepeated(t *testing.T) {
	_, err := postgres.Open(t.Context(), "postgres://user:s3cret@host:notaport/db", "public")
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error = %v", err)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	var timeout, application string
	err := open(t).QueryRow(t.Context(), `SELECT current_setting('statement_timeout'), current_setting('application_name')`).Scan(&timeout, &application)
	if err != nil || timeout != "25s" || application != "pcc-public" {
		t.Errorf("statement_timeout %s, application_name %s, %v", timeout, application, err)
	}
}

func TestInTxKeepsOrForgets(t *testing.T) {
	pool := open(t, `CREATE TABLE notes (n int)`)
	no := errors.New("no")
	for _, end := range []error{nil, no} {
		err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `INSERT INTO notes VALUES (1)`); err != nil {
				return err
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Fatalf("error = %v, want %v", err, end)
		}
	}
	func() {
		defer func() { _ = recover() }()
		_ = postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
			_, _ = tx.Exec(t.Context(), `INSERT INTO notes VALUES (1)`)
			panic("in a transaction") //nolint:forbidigo // what the test is about
		})
	}()
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM notes`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v; want 1", n, err)
	}
	if got := pool.Stat().AcquiredConns(); got != 0 {
		t.Errorf("%d connections not given back", got)
	}
}

// TestSerializableConflicts moves one amount to and fro at once: no update may be lost, and conflicts must not surface.
func TestSerializableConflicts(t *testing.T) {
	pool := open(t, `CREATE TABLE amount (n int NOT NULL)`, `INSERT INTO amount VALUES (0)`)
	const workers, each = 4, 10
	var group errgroup.Group
	for range workers {
		group.Go(func() error {
			for range each {
				if err := increment(t.Context(), pool); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT n FROM amount`).Scan(&n); err != nil || n != workers*each {
		t.Errorf("the sum is %d, %v; want %d", n, err, workers*each)
	}
}

func increment(ctx context.Context, db postgres.Beginner) error {
	return postgres.InSerializableTx(ctx, db, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT n FROM amount`).Scan(&n); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE amount SET n = $1`, n+1)
		return err
	})
}

func TestEndlessConflictIsAborted(t *testing.T) {
	pool := open(t, `CREATE TABLE amount (n int NOT NULL)`, `INSERT INTO amount VALUES (0)`)
	attempts := 0
	err := postgres.InSerializableTx(t.Context(), pool, func(tx pgx.Tx) error {
		attempts++
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT n FROM amount`).Scan(&n); err != nil {
			return err
		}
		exec(t, pool, `UPDATE amount SET n = n + 1`) // somebody else is always faster
		_, err := tx.Exec(t.Context(), `UPDATE amount SET n = $1`, n+1)
		return err
	})
	if e := apperr.As(err); e == nil || e.Kind != apperr.Aborted || e.Reason != "CONCURRENT_CHANGE" || attempts != 10 {
		t.Errorf("error = %v after %d attempts", err, attempts)
	}
}

func TestDeadlocksAreRetried(t *testing.T) {
	pool := open(t, `CREATE TABLE amount (id int PRIMARY KEY, n int NOT NULL)`, `INSERT INTO amount VALUES (1, 0), (2, 0)`)
	var group errgroup.Group
	var met sync.WaitGroup // each holds its first row before either asks for its second
	met.Add(2)
	for _, order := range [][]int{{1, 2}, {2, 1}} {
		group.Go(func() error {
			first := true
			return postgres.InSerializableTx(t.Context(), pool, func(tx pgx.Tx) error {
				for _, id := range order {
					if _, err := tx.Exec(t.Context(), `UPDATE amount SET n = n + 1 WHERE id = $1`, id); err != nil {
						return err
					}
					if first { // wait for the other, once
						first = false
						met.Done()
						met.Wait()
					}
				}
				return nil
			})
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	var sums []int
	rows, err := pool.Query(t.Context(), `SELECT n FROM amount`)
	if err == nil {
		sums, err = pgx.CollectRows(rows, pgx.RowTo[int])
	}
	if err != nil || !slices.Equal(sums, []int{2, 2}) {
		t.Errorf("amounts %v, %v; want 2 each", sums, err)
	}
}

func TestALostConnectionIsUnavailable(t *testing.T) {
	pool := open(t)
	cut := func(tx pgx.Tx) {
		var pid int
		if err := tx.QueryRow(t.Context(), `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
			t.Fatal(err)
		}
		var cut bool
		if err := pool.QueryRow(t.Context(), `SELECT pg_terminate_backend($1, 5000)`, pid).Scan(&cut); err != nil || !cut {
			t.Fatalf("not cut: %v", err)
		}
	}
	own := apperr.New(apperr.NotFound, "OWN", "f knows better")
	for name, c := range map[string]struct {
		after func(pgx.Tx) error
		want  error
	}{
		"in a statement": {func(tx pgx.Tx) error { _, err := tx.Exec(t.Context(), `SELECT 1`); return err }, postgres.ErrUnavailable},
		"in the commit":  {func(pgx.Tx) error { return nil }, postgres.ErrUnavailable},
		"own error":      {func(pgx.Tx) error { return own }, own},
	} {
		t.Run(name, func(t *testing.T) {
			err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
				cut(tx)
				return c.after(tx)
			})
			if !errors.Is(err, c.want) {
				t.Errorf("error = %v, want %v", err, c.want)
			}
		})
	}
}

func TestAnAbsentServerIsUnavailable(t *testing.T) {
	pool, err := postgres.Open(t.Context(), "postgres://u:s3cret@127.0.0.1:1/db?sslmode=disable", "public")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	nothing := func(pgx.Tx) error { return nil }
	if err := postgres.InTx(t.Context(), pool, nothing); !errors.Is(err, postgres.ErrUnavailable) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := postgres.InTx(ctx, pool, nothing); !errors.Is(err, context.Canceled) || apperr.As(err) != nil {
		t.Errorf("cancelled: error = %v", err)
	}
}

func TestARefusedLoginIsAFault(t *testing.T) {
	pool, err := postgres.Open(t.Context(), testkit.PostgresURL(t)+"&role=nobody_here", "public")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := postgres.InTx(t.Context(), pool, func(pgx.Tx) error { return nil }); err == nil || apperr.As(err) != nil {
		t.Errorf("error = %v; want one that is not worth a retry", err)
	}
}

func TestTheCallersEndIsNoFault(t *testing.T) {
	pool := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_sleep(10)`)
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) || apperr.As(err) != nil {
		t.Errorf("error = %v, want the caller's deadline", err)
	}
}

func TestViolatedConstraint(t *testing.T) {
	pool := open(t, `CREATE TABLE notes (n int CONSTRAINT notes_n_key UNIQUE, m int CONSTRAINT notes_m_check CHECK (m > 0))`,
		`INSERT INTO notes VALUES (1, 1)`)
	for statement, want := range map[string]string{
		`INSERT INTO notes VALUES (1, 1)`:  "notes_n_key",
		`INSERT INTO notes VALUES (2, -1)`: "",
		`INSERT INTO nowhere VALUES (1)`:   "",
	} {
		_, err := pool.Exec(t.Context(), statement)
		if got := postgres.ViolatedConstraint(err); err == nil || got != want {
			t.Errorf("%s: %q of %v, want %q", statement, got, err, want)
		}
	}
	if got := postgres.ViolatedConstraint(nil); got != "" {
		t.Errorf("%q of nothing", got)
	}
}

func TestTenantsSeeTheirOwn(t *testing.T) {
	url := testkit.PostgresURL(t)
	owner, err := postgres.Open(t.Context(), url, "public")
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	for _, s := range []string{
		`CREATE TABLE notes (member text, n int)`, `INSERT INTO notes VALUES ('oem', 1), ('garage', 2)`,
		`ALTER TABLE notes ENABLE ROW LEVEL SECURITY`,
		`CREATE POLICY own ON notes USING (member = current_setting('pcc.tenant', true))`,
		`GRANT SELECT, INSERT ON notes TO settlement_reader`,
	} {
		exec(t, owner, s)
	}
	reader, err := postgres.Open(t.Context(), url+"&role=settlement_reader", "public")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for member, want := range map[string][]int{"oem": {1}, "garage": {2}, "stranger": {}, "": {}, "oem' OR 'a'='a": {}} {
		var got []int
		err := postgres.InTenantTx(t.Context(), reader, member, func(tx pgx.Tx) error {
			rows, err := tx.Query(t.Context(), `SELECT n FROM notes`)
			if err != nil {
				return err
			}
			got, err = pgx.CollectRows(rows, pgx.RowTo[int])
			return err
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q sees %v, %v; want %v", member, got, err, want)
		}
	}
	var outside int
	if err := reader.QueryRow(t.Context(), `SELECT count(*) FROM notes`).Scan(&outside); err != nil || outside != 0 {
		t.Errorf("%d rows outside of a tenant's transaction, %v", outside, err)
	}
	err = postgres.InTenantTx(t.Context(), reader, "oem", func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO notes VALUES ('oem', 3)`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("a write: %v", err)
	}
}
