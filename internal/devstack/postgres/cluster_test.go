package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pcc-platform/pcc/internal/devstack/postgres"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
	"github.com/pcc-platform/pcc/internal/testkit"
)

// config describes a cluster below a folder that only we can enter, as in a checkout below /root.
func config(t *testing.T) postgres.Config {
	t.Helper()
	server, err := toolchain.FindPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg := postgres.Config{BinDir: server.BinDir, Dir: filepath.Join(dir, "postgres"), Port: testkit.FreePort(t)}
	t.Cleanup(func() {
		if err := postgres.Remove(cfg.Dir); err != nil {
			t.Error(err)
		}
	})
	return cfg
}

// start opens and runs the cluster; stop ends it, and runs at the end of the test at the latest.
func start(t *testing.T, cfg postgres.Config) (c *postgres.Cluster, stop func()) {
	t.Helper()
	c, err := postgres.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s, err := proc.New(filepath.Dir(cfg.Dir), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	stop = func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	if err := s.Start(t.Context(), c.Spec()); err != nil {
		t.Fatal(err)
	}
	return c, stop
}

func connect(t *testing.T, c *postgres.Cluster, role, database string) (*pgx.Conn, error) {
	t.Helper()
	u, err := c.URL(role, database)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), u)
	if err == nil {
		t.Cleanup(func() { conn.Close(context.Background()) })
	}
	return conn, err
}

func query[T any](t *testing.T, conn *pgx.Conn, sql string) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestClusterKeepsDataRolesAndPasswordsAcrossRestarts(t *testing.T) {
	cfg := config(t)
	roles := []postgres.Role{{Name: "vault"}, {Name: "ingest", BypassRLS: true, MemberOf: []string{"vault"}}}
	databases := []postgres.Database{{Name: "vault", Owner: "vault"}, {Name: "pcc", Owner: "ingest", Connect: []string{"vault"}}}
	for round := range 2 {
		c, stop := start(t, cfg)
		for range 2 {
			if err := c.Provision(t.Context(), roles, databases); err != nil {
				t.Fatal(err)
			}
		}
		conn, err := connect(t, c, "ingest", "pcc")
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			if _, err := conn.Exec(t.Context(), `CREATE TABLE kept AS SELECT 42 AS answer`); err != nil {
				t.Fatal(err)
			}
		}
		if got := query[int](t, conn, `SELECT answer FROM kept`); got != 42 {
			t.Errorf("round %d: kept %d", round, got)
		}
		if got := query[bool](t, conn, `SELECT rolbypassrls FROM pg_roles WHERE rolname = 'ingest'`); !got {
			t.Error("ingest does not bypass row-level security")
		}
		stop()
	}
}

func TestServerIsDurableLocalAndSecret(t *testing.T) {
	cfg := config(t)
	c, _ := start(t, cfg)
	if err := c.Provision(t.Context(), []postgres.Role{{Name: "a"}, {Name: "b"}}, []postgres.Database{{Name: "a", Owner: "a"}}); err != nil {
		t.Fatal(err)
	}
	conn, err := connect(t, c, postgres.Superuser, "a")
	if err != nil {
		t.Fatal(err)
	}
	for setting, want := range map[string]string{
		"fsync": "on", "listen_addresses": "127.0.0.1", "password_encryption": "scram-sha-256", "data_checksums": "on",
	} {
		if got := query[string](t, conn, `SELECT current_setting('`+setting+`')`); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	var refused *pgconn.PgError
	if _, err := connect(t, c, "b", "a"); !errors.As(err, &refused) || refused.Code != "42501" {
		t.Errorf("b connecting to a's database: %v; want insufficient privilege", err)
	}
	u, err := c.URL("a", "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pgx.Connect(t.Context(), strings.Replace(u, "a:", "a:x", 1)); !errors.As(err, &refused) || refused.Code != "28P01" {
		t.Errorf("wrong password: %v; want it refused", err)
	}
	info, err := os.Stat(filepath.Join(cfg.Dir, "passwords", "a"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("password file mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestCommittedDataSurvivesAKill(t *testing.T) {
	cfg := config(t)
	c, _ := start(t, cfg)
	conn, err := connect(t, c, postgres.Superuser, "postgres")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `CREATE TABLE kept AS SELECT 42 AS answer`); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(cfg.Dir), "pid", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	again := reconnect(t, c)
	if got := query[int](t, again, `SELECT answer FROM kept`); got != 42 {
		t.Errorf("kept %d", got)
	}
}

// reconnect tries until the supervisor has started the server again.
func reconnect(t *testing.T, c *postgres.Cluster) *pgx.Conn {
	t.Helper()
	deadline := time.After(30 * time.Second)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		conn, err := connect(t, c, postgres.Superuser, "postgres")
		if err == nil {
			return conn
		}
		select {
		case <-deadline:
			t.Fatalf("not back in time: %v", err)
		case <-poll.C:
		}
	}
}

func TestNamesAreChecked(t *testing.T) {
	cfg := config(t)
	c, err := postgres.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.URL("../../etc/passwd", "x"); err == nil {
		t.Error("a path was taken for a role")
	}
}
