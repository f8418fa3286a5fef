// Command bench-verify measures verified writes and reads of the journal beside immudb; see internal/bench/verify.
package main

import (
	"context"
	"flag"
	"os"

	"github.com/pcc-platform/pcc/internal/bench/command"
	"github.com/pcc-platform/pcc/internal/bench/verify"
	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

func main() { os.Exit(command.Main("bench-verify", os.Stderr, run)) }

func run(ctx context.Context) error {
	var opts verify.Options
	flag.StringVar(&opts.Immudb, "immudb", "bin/bench-immudb", "program of tools/immudb")
	flag.IntVar(&opts.Rows, "rows", 200_000, "rows that each way writes")
	flag.IntVar(&opts.RowBytes, "row-bytes", 400, "bytes of a row, its frame included")
	flag.IntVar(&opts.Batch, "batch", 1000, "rows of a transaction")
	flag.IntVar(&opts.Workers, "workers", 16, "how many work at the same time, beside one alone")
	flag.IntVar(&opts.Reads, "reads", 4_800, "rows that each way reads")
	flag.Parse()
	server, err := toolchain.FindPostgres(ctx)
	if err != nil {
		return err
	}
	opts.PostgresBin = server.BinDir
	return verify.Run(ctx, opts, os.Stdout)
}
