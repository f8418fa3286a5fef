// Command bench-headmap measures the verifiable map of completeness; see internal/bench/headmap.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/pcc-platform/pcc/internal/bench/headmap"
)

func main() {
	var opts headmap.Options
	flag.IntVar(&opts.Keys, "keys", 1_000_000, "keys of the map")
	flag.IntVar(&opts.Updates, "updates", 100_000, "keys that a batch gives a longer head")
	flag.IntVar(&opts.Batches, "batches", 6, "batches, one after the other")
	flag.IntVar(&opts.Proofs, "proofs", 20_000, "proofs to make and to verify")
	flag.Parse()
	if err := headmap.Run(opts, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench-headmap:", err)
		os.Exit(1)
	}
}
