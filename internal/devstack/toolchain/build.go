package toolchain

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
	"time"
)

const (
	reportInterval = 5 * time.Second
	// keptLines is how much of the compiler's output an error shows.
	keptLines = 20
	// interruptGrace is what an interrupted compiler gets before it is killed.
	interruptGrace = 5 * time.Second
)

// build compiles all of the module's tools into dir.
func (m Module) build(ctx context.Context, r recipe, dir string, report Report) error {
	args := append([]string{"build", "-v", "-o", dir + "/"}, m.flags()...)
	cmd := exec.CommandContext(ctx, "go", append(args, "tool")...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = interruptGrace
	out, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	begin := time.Now()
	last, compiled, readErr := follow(m, out, report)
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go build: %w\n%s", errors.Join(ctx.Err(), err), strings.Join(last, "\n"))
	}
	if readErr != nil {
		return fmt.Errorf("go build: read output: %w", readErr)
	}
	report(Event{Module: m, Step: "built", Packages: compiled, Elapsed: time.Since(begin), Done: true})
	return nil
}

// follow reports the compiler's progress until its output ends, and returns the last lines of it and the number of
// packages compiled.
func follow(m Module, out io.Reader, report Report) (last []string, compiled int, err error) {
	lines := make(chan string)
	scanned := make(chan error, 1)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
		scanned <- scanner.Err()
	}()
	tick := time.NewTicker(reportInterval)
	defer tick.Stop()
	begin := time.Now()
	event := Event{Module: m, Step: "building"}
	report(event)
	for {
		select {
		case <-tick.C:
			event.Elapsed = time.Since(begin)
			report(event)
		case line, open := <-lines:
			if !open {
				return last, event.Packages, <-scanned
			}
			event.Step = line
			if !strings.HasPrefix(line, "go: ") {
				event.Packages++
				event.Step = "compiling " + line
			}
			if last = append(last, line); len(last) > keptLines {
				last = last[1:]
			}
		}
	}
}
