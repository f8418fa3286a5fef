package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/pcc-platform/pcc/internal/devstack"
)

// startDetached starts a supervisor that outlives this command, shows its progress, and returns when the platform is ready.
// With a platform running already it returns at once.
func startDetached(ctx context.Context, env *environment, layout devstack.Layout, flags *upFlags) error {
	if _, err := layout.LoadInfo(); err == nil && layout.Running() {
		env.printf("the platform is running already\n")
		return nil
	}
	if err := os.MkdirAll(layout.State+"/log", 0o700); err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	log, err := os.OpenFile(layout.SupervisorLog(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	defer func() { _ = log.Close() }()
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	// The supervisor must not end with this command's context.
	cmd := exec.Command(exe, append([]string{"up", "--state", layout.State}, flags.arguments()...)...) //nolint:noctx // outlives ctx
	cmd.Dir, cmd.Stderr = layout.Root, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer stop()
	if relayUntilReady(env, stdout) {
		return cmd.Process.Release()
	}
	waitErr := cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the platform did not start: %w\n%s", waitErr, tail(layout.SupervisorLog()))
}

// relayUntilReady shows the supervisor's progress and reports whether it became ready.
func relayUntilReady(env *environment, stdout io.Reader) bool {
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if lines.Text() == readyLine {
			return true
		}
		env.printf("%s\n", lines.Text())
	}
	return false
}

// tailBytes is how much of a log an error shows.
const tailBytes = 4 << 10

func tail(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > tailBytes {
		_, _ = f.Seek(-tailBytes, io.SeekEnd)
	}
	raw, err := io.ReadAll(f)
	if err != nil && !errors.Is(err, io.EOF) {
		return ""
	}
	return strings.TrimSpace(string(raw))
}
