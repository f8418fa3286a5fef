package stack

import (
	"bytes"
	"os"
	"syscall"
	"testing"
)

// Reconfigure replaces text in a service's configuration and has its process end in order; the supervisor starts it again.
func (s *Stack) Reconfigure(t testing.TB, service, from, to string) (old Process) {
	t.Helper()
	path := s.Path("config", service+".yaml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(raw, []byte(from)) != 1 {
		t.Fatalf("%s does not hold %q once", path, from)
	}
	changed := bytes.Replace(raw, []byte(from), []byte(to), 1)
	if err := os.WriteFile(path, changed, 0o600); err != nil { //nolint:gosec // the path is of the test's own stack
		t.Fatal(err)
	}
	p, err := s.process(service)
	if err != nil {
		t.Fatal(err)
	}
	signal(t, p.PID, syscall.SIGTERM)
	return p
}
