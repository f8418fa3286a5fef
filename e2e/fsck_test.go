package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/e2e/internal/stack"
)

// examineJournal runs pcc fsck beside the running services: nothing is wrong, and the anchored epochs agree. Then it compares with a
// checkpoint that another history would have had.
func examineJournal(t *testing.T, s *stack.Stack) {
	t.Helper()
	kept := filepath.Join(t.TempDir(), "kept")
	url := s.Path("secrets", "database-ingest.url")
	var report struct {
		Compared int `json:"compared"`
		Streams  []struct {
			Size int `json:"size"`
		} `json:"streams"`
		Findings []any `json:"findings"`
	}
	for _, schema := range []string{"anchor", "registry", "settlement", "ingest"} {
		url := s.Path("secrets", "database-"+schema+".url")
		out := s.Run(t, "fsck", "--database-url-file", url, "--schema", schema, "--epochs", "100", "--keep", kept, "--output", "json")
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatalf("pcc fsck: %v\n%s", err, out)
		}
		if len(report.Findings) != 0 || len(report.Streams) == 0 || report.Streams[0].Size == 0 || report.Compared == 0 {
			t.Errorf("pcc fsck of %s says %s", schema, out)
		}
	}
	s.Run(t, "fsck", "--database-url-file", url, "--checkpoints", kept)

	other := filepath.Join(t.TempDir(), "other")
	line, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(line))
	forged := fmt.Sprintf("%s %s %s=\n", fields[0], fields[1], strings.Repeat("A", 43))
	if err := os.WriteFile(other, []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	fsckEnds(t, s, 1, "HISTORY_REWRITTEN", "--database-url-file", url, "--checkpoints", other)
	fsckEnds(t, s, 2, "", "--database-url-file", url, "--checkpoints", filepath.Join(t.TempDir(), "none"))
	fsckEnds(t, s, 2, "", "--database-url-file", url, "--schema", "vault")
	fsckEnds(t, s, 2, "", "--no-such-flag")
}

// fsckEnds wants an exit code, and a finding on standard output.
func fsckEnds(t *testing.T, s *stack.Stack, code int, finding string, args ...string) {
	t.Helper()
	stdout, stderr, err := s.Try(t.Context(), nil, append([]string{"fsck"}, args...)...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code || !strings.Contains(stdout, finding) {
		t.Errorf("pcc fsck %v: %v, want exit code %d\n%s\n%s", args, err, code, stdout, stderr)
	}
}
