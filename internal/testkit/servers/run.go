package servers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// interruptGrace is what an interrupted command gets before its process group is killed.
const interruptGrace = 10 * time.Second

// Run starts the servers, runs the command with their addresses in its environment and stops them. The result is the
// command's exit status; an error says why it could not run or the servers not be stopped.
func Run(ctx context.Context, command []string) (status int, err error) {
	if len(command) == 0 {
		return 0, errors.New("usage: testservers command [argument...]")
	}
	root, err := findRoot()
	if err != nil {
		return 0, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := start(ctx, root, log)
	if err != nil {
		return 0, fmt.Errorf("start the test servers: %w", err)
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	return s.run(ctx, command)
}

// run waits for the command. It leads a process group of its own, the terminal's foreground one if there is a
// terminal: an interrupt must reach the command and all it started, and not us before them.
func (s *shared) run(ctx context.Context, command []string) (int, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), s.env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if _, err := unix.IoctlGetTermios(int(os.Stdin.Fd()), unix.TCGETS); err == nil {
		cmd.SysProcAttr.Foreground, cmd.SysProcAttr.Ctty = true, int(os.Stdin.Fd())
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = interruptGrace
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case cmd.ProcessState == nil:
		return 0, fmt.Errorf("run %s: %w", command[0], err)
	case err != nil && !errors.As(err, &exit):
		return cmd.ProcessState.ExitCode(), fmt.Errorf("run %s: %w", command[0], err)
	}
	if signalled, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && signalled.Signaled() {
		const shellSignalBase = 128
		return shellSignalBase + int(signalled.Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

// findRoot looks for the project from the working folder upwards.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the project: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find the project: no go.work here or above")
		}
		dir = parent
	}
}
