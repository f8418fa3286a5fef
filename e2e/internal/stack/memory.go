package stack

import (
	"bytes"
	"fmt"
	"os"
	"testing"
)

// Memory is the resident memory of the named process, in bytes.
func (s *Stack) Memory(t testing.TB, name string) int64 {
	t.Helper()
	p, err := s.process(name)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID))
	if err != nil {
		t.Fatal(err)
	}
	var kilobytes int64
	_, rest, _ := bytes.Cut(raw, []byte("\nVmRSS:"))
	if _, err := fmt.Sscan(string(rest), &kilobytes); err != nil {
		t.Fatalf("resident memory of %s: %v", name, err)
	}
	return kilobytes << 10
}
