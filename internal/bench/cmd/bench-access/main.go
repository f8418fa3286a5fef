// Command bench-access measures reading confidential fields; see internal/bench/access.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/pcc-platform/pcc/internal/bench/access"
)

func main() {
	var opts access.Options
	flag.DurationVar(&opts.During, "during", 5*time.Second, "how long each figure is measured")
	flag.Parse()
	if err := access.Run(context.Background(), opts, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench-access:", err)
		os.Exit(1)
	}
}
