package stack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// commandTimeout bounds one command; the longest is a demonstration.
const commandTimeout = 3 * time.Minute

// Run runs pcc on the stack and returns its standard output; a failure of the command fails the test.
func (s *Stack) Run(t testing.TB, args ...string) string {
	t.Helper()
	return s.RunInput(t, nil, args...)
}

// RunInput is Run with a standard input.
func (s *Stack) RunInput(t testing.TB, stdin io.Reader, args ...string) string {
	t.Helper()
	start := time.Now()
	stdout, stderr, err := s.Try(t.Context(), stdin, args...)
	if err != nil {
		t.Fatalf("pcc %q: %v\n%s\n%s", args, err, stdout, stderr)
	}
	t.Logf("pcc %s: %.1f s", args[0], time.Since(start).Seconds())
	return stdout
}

// Try runs pcc on the stack; err tells of an exit code other than 0.
func (s *Stack) Try(ctx context.Context, stdin io.Reader, args ...string) (stdout, stderr string, err error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := s.command(ctx, args)
	var out, problems bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &problems
	if err := cmd.Run(); err != nil {
		return out.String(), problems.String(), fmt.Errorf("run pcc: %w", err)
	}
	return out.String(), problems.String(), nil
}

// Interrupt runs pcc on the stack until it prints a line that begins with when, then interrupts it as Ctrl-C does, and
// returns how it ended.
func (s *Stack) Interrupt(ctx context.Context, when string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := s.command(ctx, args)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("run pcc: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run pcc: %w", err)
	}
	lines, met := bufio.NewScanner(stdout), false
	for lines.Scan() {
		if !met && strings.HasPrefix(lines.Text(), when) {
			met = true
			err = cmd.Process.Signal(os.Interrupt)
		}
	}
	if !met {
		err = fmt.Errorf("pcc never printed %q", when)
	}
	return errors.Join(err, cmd.Wait())
}

func (s *Stack) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.program("pcc"), append(args, "--state", s.State)...)
	cmd.Dir = s.Root
	return cmd
}
