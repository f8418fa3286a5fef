package stack

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Process is one process of the stack as its supervisor recorded it.
type Process struct {
	Name string
	PID  int
	// started tells it from a later process of the same id: clock ticks after boot.
	started string
}

// Processes lists what the supervisor says is running.
func (s *Stack) Processes(t testing.TB) []Process {
	t.Helper()
	entries, err := os.ReadDir(s.Path("pid"))
	if err != nil {
		t.Fatal(err)
	}
	var all []Process
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		p, err := s.process(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// process reads the record of a name: "<pid> <start time> <stop signal>".
func (s *Stack) process(name string) (Process, error) {
	raw, err := os.ReadFile(s.Path("pid", name))
	if err != nil {
		return Process{}, fmt.Errorf("stack: no process %s: %w", name, err)
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 2 {
		return Process{}, fmt.Errorf("stack: record of %s: %q", name, raw)
	}
	pid, err := strconv.Atoi(fields[0])
	if err != nil || pid <= 1 {
		return Process{}, fmt.Errorf("stack: record of %s: %q", name, raw)
	}
	return Process{Name: name, PID: pid, started: fields[1]}, nil
}

// Kill ends the named process with SIGKILL, as a crash or a power cut would, and returns what it killed.
func (s *Stack) Kill(name string) (Process, error) {
	p, err := s.process(name)
	if err != nil {
		return p, err
	}
	if !p.Alive() {
		return p, fmt.Errorf("stack: process %d of %s is gone already", p.PID, name)
	}
	return p, syscall.Kill(p.PID, syscall.SIGKILL)
}

// Restarted reports whether another process than old now bears its name.
func (s *Stack) Restarted(old Process) bool {
	p, err := s.process(old.Name)
	return err == nil && (p.PID != old.PID || p.started != old.started) && p.Alive()
}

// Alive reports whether this very process still runs.
func (p Process) Alive() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID))
	if err != nil {
		return false
	}
	// The name of the program, in parentheses, may hold spaces: fields count from after it. The state is field 3, the
	// start time field 22.
	const state, start = 0, 22 - 3
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	return len(fields) > start && string(fields[state]) != "Z" && string(fields[start]) == p.started
}
