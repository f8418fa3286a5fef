// Command bench-access measures reading confidential fields; see internal/bench/access.
package main

import (
	"context"
	"flag"
	"os"
	"time"

	"github.com/pcc-platform/pcc/internal/bench/access"
	"github.com/pcc-platform/pcc/internal/bench/command"
)

func main() { os.Exit(command.Main("bench-access", os.Stderr, run)) }

func run(ctx context.Context) error {
	var opts access.Options
	flag.DurationVar(&opts.During, "during", 5*time.Second, "how long each figure is measured")
	flag.Parse()
	return access.Run(ctx, opts, os.Stdout)
}
