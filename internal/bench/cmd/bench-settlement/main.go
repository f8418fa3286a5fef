// Command bench-settlement measures the ledger beside plain PostgreSQL; see internal/bench/settlement.
package main

import (
	"context"
	"flag"
	"os"
	"time"

	"github.com/pcc-platform/pcc/internal/bench/command"
	"github.com/pcc-platform/pcc/internal/bench/settlement"
	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

func main() { os.Exit(command.Main("bench-settlement", os.Stderr, run)) }

func run(ctx context.Context) error {
	var opts settlement.Options
	flag.DurationVar(&opts.Duration, "duration", 4*time.Second, "length of each run")
	flag.IntVar(&opts.Hot, "hot", 100, "accounts of the hot runs")
	flag.IntVar(&opts.Accounts, "accounts", 100_000, "accounts of the cold runs")
	flag.IntVar(&opts.History, "history", 10_000_000, "postings stored before the last runs")
	flag.Parse()
	server, err := toolchain.FindPostgres(ctx)
	if err != nil {
		return err
	}
	opts.PostgresBin = server.BinDir
	return settlement.Run(ctx, opts, os.Stdout)
}
