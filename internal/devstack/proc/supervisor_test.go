package proc_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

// shell is a process that runs script; $PROBE is a file for it to signal readiness with.
func shell(name, dir, script string) proc.Spec {
	probe := filepath.Join(dir, name+".probe")
	return proc.Spec{
		Name: name, Path: "/bin/sh", Args: []string{"-c", script},
		Env: append(os.Environ(), "PROBE="+probe),
		Ready: func(context.Context) error {
			_, err := os.Stat(probe)
			return err
		},
		ReadyTimeout: 10 * time.Second,
	}
}

func newSupervisor(t *testing.T, dir string) *proc.Supervisor {
	t.Helper()
	s, err := proc.New(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mustStart(t *testing.T, s *proc.Supervisor, spec proc.Spec) {
	t.Helper()
	if err := s.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
}

// pidOf reads the recorded pid of a running process.
func pidOf(t *testing.T, dir, name string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "pid", name))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// eventually polls until ok holds, for at most ten seconds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("not reached in time: %s", what)
		case <-tick.C:
		}
	}
}

func TestStartWaitsUntilReadyAndStopReverses(t *testing.T) {
	dir := t.TempDir()
	s := newSupervisor(t, dir)
	order := filepath.Join(dir, "order")
	script := `trap 'echo %s >>%s; exit 0' TERM; touch "$PROBE"; while :; do read -r _ <&3 || :; done 3<>"$PROBE.fifo"`
	for _, name := range []string{"first", "second"} {
		spec := shell(name, dir, `mkfifo "$PROBE.fifo"; `+fmt.Sprintf(script, name, order))
		mustStart(t, s, spec)
		if !running(pidOf(t, dir, name)) {
			t.Fatalf("%s is not running after Start", name)
		}
	}
	first := pidOf(t, dir, "first")
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(order)
	if err != nil || string(got) != "second\nfirst\n" {
		t.Errorf("stop order %q, %v; want second before first", got, err)
	}
	if running(first) {
		t.Error("first still runs after Stop")
	}
	if _, err := os.Stat(filepath.Join(dir, "pid", "first")); err == nil {
		t.Error("pid file survives Stop")
	}
	if err := s.Start(t.Context(), shell("third", dir, "exit 0")); err == nil {
		t.Error("Start after Stop succeeded")
	}
}

func TestStartFailureShowsTheLog(t *testing.T) {
	dir := t.TempDir()
	s := newSupervisor(t, dir)
	for name, spec := range map[string]proc.Spec{
		"exits":   shell("exits", dir, "echo port 4711 is taken; exit 3"),
		"timeout": shell("timeout", dir, "echo port 4711 is taken; exec sleep 60"),
	} {
		spec.ReadyTimeout = 300 * time.Millisecond
		err := s.Start(t.Context(), spec)
		if err == nil || !strings.Contains(err.Error(), "port 4711 is taken") {
			t.Errorf("%s: error %v; want the end of the log", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "pid", spec.Name)); err == nil {
			t.Errorf("%s: pid file survives a failed start", name)
		}
	}
}

func TestStartIsBoundedByItsContext(t *testing.T) {
	s := newSupervisor(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := s.Start(ctx, shell("never", t.TempDir(), "exec sleep 60"))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v; want deadline exceeded", err)
	}
}

func TestNameInUseIsRefused(t *testing.T) {
	dir := t.TempDir()
	spec := shell("one", dir, `touch "$PROBE"; exec sleep 60`)
	mustStart(t, newSupervisor(t, dir), spec)
	if err := newSupervisor(t, dir).Start(t.Context(), spec); err == nil {
		t.Error("a second supervisor on the same directory started the same name")
	}
}

func TestUnexpectedExitIsReported(t *testing.T) {
	dir := t.TempDir()
	s := newSupervisor(t, dir)
	mustStart(t, s, shell("once", dir, `touch "$PROBE"; exec sleep 60`))
	kill(t, pidOf(t, dir, "once"))
	select {
	case err := <-s.Failures():
		if !strings.Contains(err.Error(), "once") || !strings.Contains(err.Error(), "killed") {
			t.Errorf("failure %v; want the name and the cause", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("no failure reported")
	}
}

func TestRestartAfterUnexpectedExit(t *testing.T) {
	dir := t.TempDir()
	s := newSupervisor(t, dir)
	spec := shell("again", dir, `touch "$PROBE"; exec sleep 60`)
	spec.Restart = true
	mustStart(t, s, spec)
	first := pidOf(t, dir, "again")
	kill(t, first)
	eventually(t, "a new process", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "pid", "again"))
		return err == nil && !strings.HasPrefix(string(text), strconv.Itoa(first)+" ")
	})
}

func TestRestartsAreBounded(t *testing.T) {
	dir := t.TempDir()
	s := newSupervisor(t, dir)
	// Lives until the test lets it go, then ends at once at every restart.
	gate := filepath.Join(dir, "gate")
	if err := syscall.Mkfifo(gate, 0o600); err != nil {
		t.Fatal(err)
	}
	spec := shell("crash", dir, `echo run >>"$PROBE"; [ "$(wc -l <"$PROBE")" -gt 1 ] || read -r _ <`+gate)
	spec.Restart = true
	mustStart(t, s, spec)
	if err := os.WriteFile(gate, []byte("go\n"), 0); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Failures():
	case <-time.After(60 * time.Second):
		t.Fatal("no failure after the restarts ran out")
	}
	runs, err := os.ReadFile(filepath.Join(dir, "crash.probe"))
	if err != nil || strings.Count(string(runs), "run") != 11 {
		t.Errorf("runs %q, %v; want the first and ten restarts", runs, err)
	}
}

func TestStopKillsTheGroupOfAStubbornProcess(t *testing.T) {
	dir := t.TempDir()
	s := newSupervisor(t, dir)
	spec := shell("stubborn", dir, `trap '' TERM; sleep 60 & echo $! >"$PROBE.child"; touch "$PROBE"; wait`)
	spec.StopTimeout = 100 * time.Millisecond
	mustStart(t, s, spec)
	leader := pidOf(t, dir, "stubborn")
	child := readPid(t, filepath.Join(dir, "stubborn.probe.child"))
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if running(leader) {
		t.Error("the process still runs")
	}
	eventually(t, "the child's end", func() bool { return !running(child) }) // killed, but not ours to wait for
}

func TestOrphansOfAnEndedProcessAreKilled(t *testing.T) {
	dir := t.TempDir()
	s := newSupervisor(t, dir)
	mustStart(t, s, shell("parent", dir, `sleep 60 & echo $! >"$PROBE.child"; touch "$PROBE"; wait`))
	child := readPid(t, filepath.Join(dir, "parent.probe.child"))
	kill(t, pidOf(t, dir, "parent"))
	eventually(t, "the child's end", func() bool { return !running(child) })
}

func TestLogIsCutAtStart(t *testing.T) {
	dir := t.TempDir()
	s := newSupervisor(t, dir)
	path := filepath.Join(dir, "log", "chatty.log")
	old := strings.Repeat("old line\n", 1<<20) + "the last old line\n"
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	mustStart(t, s, shell("chatty", dir, `echo fresh; touch "$PROBE"; exec sleep 60`))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 1<<20+100 || !strings.HasSuffix(string(text), "the last old line\nfresh\n") {
		t.Errorf("log has %d bytes; want the end of the old one and the new lines", len(text))
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func readPid(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// TestStopStray lets a supervisor in a process of its own die without stopping anything.
func TestStopStray(t *testing.T) {
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "-test.run=^TestHelperSupervisor$")
	cmd.Env = append(os.Environ(), "PROC_TEST_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "started\n" {
		t.Fatalf("helper says %q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed: that is its result
	left := pidOf(t, dir, "left")
	if !running(left) {
		t.Fatal("the stray does not run")
	}
	// A record whose pid was reused: the pid is this very test, the start time is not.
	reused := filepath.Join(dir, "pid", "reused")
	if err := os.WriteFile(reused, fmt.Appendf(nil, "%d 1 9\n", os.Getpid()), 0o600); err != nil {
		t.Fatal(err)
	}
	// It ignores the stop signal: the end of the context is what gets it killed.
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := proc.StopStray(ctx, dir); err != nil {
		t.Fatal(err)
	}
	if running(left) {
		t.Error("the stray still runs")
	}
	entries, err := os.ReadDir(filepath.Join(dir, "pid"))
	if err != nil || len(entries) != 0 {
		t.Errorf("records left: %v, %v", entries, err)
	}
}

func TestStopStrayWithoutDirectory(t *testing.T) {
	if err := proc.StopStray(t.Context(), filepath.Join(t.TempDir(), "none")); err != nil {
		t.Error(err)
	}
}

// TestHelperSupervisor is the dying supervisor of TestStopStray and does nothing on its own.
func TestHelperSupervisor(t *testing.T) {
	dir := os.Getenv("PROC_TEST_DIR")
	if dir == "" {
		return
	}
	s, err := proc.New(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	mustStart(t, s, shell("left", dir, `trap '' TERM; touch "$PROBE"; exec sleep 60`))
	fmt.Println("started")
	<-time.After(time.Minute) // killed long before
}
