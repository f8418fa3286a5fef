package testkit

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

// Backup dumps the database at a URL, as pg_dump does, into a new file, and returns the file's path.
func Backup(t testing.TB, databaseURL string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup.sql")
	runPostgres(t, "pg_dump", "--file", file, databaseURL)
	return file
}

// Restore brings a backup up as a database of the test's own and returns its URL.
func Restore(t testing.TB, backup string) string {
	t.Helper()
	url := PostgresURL(t)
	runPostgres(t, "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", backup, url)
	return url
}

func runPostgres(t testing.TB, program string, args ...string) {
	t.Helper()
	found, err := toolchain.FindPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), filepath.Join(found.BinDir, program), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}
