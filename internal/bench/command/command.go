// Package command runs the programs of benchmarks.
package command

import (
	"context"
	"fmt"
	"io"
	"os/signal"
	"syscall"
)

// Main runs a benchmark until it is done or interrupted, so that it can end what it started, and returns the exit code.
func Main(name string, stderr io.Writer, run func(context.Context) error) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		_, _ = fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}
