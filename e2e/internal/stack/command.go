package stack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
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
	cmd := exec.CommandContext(ctx, s.program("pcc"), append(args, "--state", s.State)...)
	var out, problems bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = s.Root, stdin, &out, &problems
	if err := cmd.Run(); err != nil {
		return out.String(), problems.String(), fmt.Errorf("run pcc: %w", err)
	}
	return out.String(), problems.String(), nil
}
