package servers_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/testkit/servers"
)

// reachable tells whether the PostgreSQL server of a finished run still answers.
func reachable(t *testing.T, url string) bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return false
	}
	return conn.Close(t.Context()) == nil
}

func TestStatusEnvironmentAndEnd(t *testing.T) {
	out := filepath.Join(t.TempDir(), "url")
	script := `printf %s "$` + testkit.EnvPostgres + `" >` + out + `; test -n "$` + testkit.EnvKetoRead + `" && exit 7`
	status, err := servers.Run(t.Context(), []string{"/bin/sh", "-c", script})
	if err != nil || status != 7 {
		t.Fatalf("status %d, %v; want 7", status, err)
	}
	url, err := os.ReadFile(out)
	if err != nil || !strings.HasPrefix(string(url), "postgres://") {
		t.Fatalf("the command saw %q, %v", url, err)
	}
	if reachable(t, string(url)) {
		t.Error("PostgreSQL still runs")
	}
}

func TestDeathBySignalAndMissingCommand(t *testing.T) {
	status, err := servers.Run(t.Context(), []string{"/bin/sh", "-c", "kill -KILL $$"})
	if err != nil || status != 128+9 {
		t.Errorf("killed command: status %d, %v; want 137", status, err)
	}
	if _, err := servers.Run(t.Context(), []string{"/nonexistent/command"}); err == nil {
		t.Error("a missing command succeeded")
	}
	if _, err := servers.Run(t.Context(), nil); err == nil {
		t.Error("no command succeeded")
	}
}

// TestKilledRunIsSweptByTheNext kills a run -9 and lets another find its servers.
func TestKilledRunIsSweptByTheNext(t *testing.T) {
	program := filepath.Join(t.TempDir(), "testservers")
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../cmd/testservers").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	run := exec.CommandContext(t.Context(), program, "/bin/sh", "-c", `echo "$`+testkit.EnvPostgres+`"; kill -KILL $PPID`)
	run.Stderr = os.Stderr
	text, err := run.Output()
	url := strings.TrimSpace(string(text))
	if status, ok := run.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Fatalf("the run was not killed: %v", err)
	}
	if !reachable(t, url) {
		t.Fatalf("the killed run left no server at %q", url)
	}
	if status, err := servers.Run(t.Context(), []string{"true"}); err != nil || status != 0 {
		t.Fatalf("status %d, %v", status, err)
	}
	if reachable(t, url) {
		t.Error("the killed run's server still runs")
	}
}
