package cli

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/daemon"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

func pcc(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	code = Main(args, strings.NewReader(""), &out, &problems)
	return code, out.String(), problems.String()
}

func TestWitnessInitKeepsTheKeyThatIsThere(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "witness")
	code, first, problem := pcc(t, "witness", "init", "--folder", folder, "--name", "witness.insurer.example")
	if code != 0 {
		t.Fatal(problem)
	}
	verifier, err := checkpoint.NewVerifier(strings.TrimSpace(first))
	if err != nil || verifier.Name() != "witness.insurer.example" {
		t.Errorf("%q: %v", first, err)
	}
	if code, again, problem := pcc(t, "witness", "init", "--folder", folder, "--name", "another"); code != 0 || again != first {
		t.Errorf("%d %q %s, want %q again", code, again, problem, first)
	}
	info, err := os.Stat(filepath.Join(folder, "witness.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestTheExampleOfAWitnessIsComplete(t *testing.T) {
	var cfg daemon.Config
	if err := config.Load("../../deploy/config/witness.yaml", &cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.Ledger.Config(); err != nil {
		t.Error(err)
	}
	if log, err := cfg.Log(); err != nil || log.Origin != "pcc.example.org/log/index" {
		t.Errorf("%s, %v", log.Origin, err)
	}
	if cfg.Folder == "" || cfg.ProfileFile == "" || len(cfg.Peers) == 0 {
		t.Errorf("%+v", cfg)
	}
}

// TestWitnessStatusTellsByItsExitCode shows the status of a witness without evidence, with some, and of none.
func TestWitnessStatusTellsByItsExitCode(t *testing.T) {
	answer := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/status" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(answer))
	}))
	answer = `[{"log":"ab","origin":"pcc.example/log/index","size":7,"cosigned_at":"2026-07-01T12:00:00Z","evidence":[],"unexplained":[]}]`
	if code, out, problem := pcc(t, "witness", "status", "--url", server.URL); code != 0 || !strings.Contains(out, "7, cosigned at 2026-07-01T12:00:00Z") {
		t.Errorf("%d %s %s", code, out, problem)
	}
	answer = `[{"log":"ab","origin":"pcc.example/log/index","evidence":["cd"],"unexplained":[]}]`
	code, out, problem := pcc(t, "witness", "status", "--url", server.URL+"/")
	if code != exitEvidence || !strings.Contains(out, server.URL+"/ab/evidence/cd") || !strings.Contains(problem, "two histories") {
		t.Errorf("%d %s %s", code, out, problem)
	}
	if code, _, _ := pcc(t, "witness", "status", "--url", server.URL, "--output", "json"); code != exitEvidence {
		t.Errorf("as JSON: %d", code)
	}
	server.Close()
	if code, _, _ := pcc(t, "witness", "status", "--url", server.URL); code != 1 {
		t.Errorf("without a witness: %d", code)
	}
}

func TestWitnessRefusesABadConfiguration(t *testing.T) {
	log := witnesstest.NewLog(t, "pcc.example/log/index")
	file := filepath.Join(t.TempDir(), "witness.yaml")
	text := "folder: /nowhere\nlisten: 0.0.0.0:1\nprofile_file: /nowhere\nlog_key: " + log.VerifierKey() + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"run", "register", "leave"} {
		if code, _, problem := pcc(t, "witness", command, "--config", file); code != 1 || problem == "" {
			t.Errorf("%s: %d %s", command, code, problem)
		}
	}
}
