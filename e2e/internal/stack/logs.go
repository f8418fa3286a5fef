package stack

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

const tailLines = 15

// Log returns the log of a process.
func (s *Stack) Log(t testing.TB, process string) []byte {
	t.Helper()
	raw, err := os.ReadFile(s.Path("log", process+".log"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// logTails shows the end of every log, for whoever has to find out why a test failed.
func (s *Stack) logTails(t testing.TB) {
	t.Helper()
	logs, err := filepath.Glob(s.Path("log", "*.log"))
	if err != nil {
		t.Error(err)
	}
	for _, path := range logs {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		lines := bytes.Split(bytes.TrimSpace(raw), []byte("\n"))
		if len(lines) > tailLines {
			lines = lines[len(lines)-tailLines:]
		}
		t.Logf("end of %s:\n%s", path, bytes.Join(lines, []byte("\n")))
	}
}
