// Command toolchain builds the pinned tools of the project: see package toolchain.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := toolchain.Run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "toolchain:", err)
		os.Exit(1) //nolint:gocritic // nothing is left for stop to do
	}
}
