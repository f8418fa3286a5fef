package stack

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Freeze stops the named process and its children in their tracks: connections stay open, nothing is answered. thaw lets
// them go on, and is done when the test ends at the latest. The process comes first, so that it makes no more children.
func (s *Stack) Freeze(t testing.TB, name string) (thaw func()) {
	t.Helper()
	p, err := s.process(name)
	if err != nil {
		t.Fatal(err)
	}
	signal(t, p.PID, syscall.SIGSTOP)
	frozen := append(children(t, p.PID), p.PID)
	thaw = func() {
		for _, pid := range frozen {
			signal(t, pid, syscall.SIGCONT)
		}
	}
	t.Cleanup(thaw)
	for _, pid := range frozen {
		signal(t, pid, syscall.SIGSTOP)
	}
	return thaw
}

func signal(t testing.TB, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Errorf("signal %s to process %d: %v", sig, pid, err)
	}
}

func children(t testing.TB, parent int) (pids []int) {
	t.Helper()
	all, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range all {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue // it has ended
		}
		if strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", parent)) {
			pids = append(pids, pid)
		}
	}
	return pids
}
