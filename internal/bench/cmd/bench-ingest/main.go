// Command bench-ingest measures the ingest path beside a ceiling and the obvious pipeline; see internal/bench/ingest.
package main

import (
	"context"
	"flag"
	"os"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/bench/command"
	"github.com/pcc-platform/pcc/internal/bench/ingest"
	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

func main() { os.Exit(command.Main("bench-ingest", os.Stderr, run)) }

func run(ctx context.Context) error {
	var opts ingest.Options
	var plain ingest.PlainConfig
	var urlFile string
	flag.IntVar(&opts.Events, "events", 400_000, "events of each run at full speed")
	flag.IntVar(&opts.Vehicles, "vehicles", 10_000, "vehicles that the events are spread over")
	flag.IntVar(&opts.Seconds, "seconds", 10, "length of each paced run")
	flag.IntVar(&opts.History, "history", 10, "how many times the events are stored before the last run")
	flag.StringVar(&plain.Listen, "serve", "", "run as the reference server on this address")
	flag.StringVar(&urlFile, "database-url-file", "", "of the reference server")
	flag.StringVar(&plain.NATSURL, "nats", "", "of the reference server")
	flag.StringVar(&plain.CredentialsFile, "nats-credentials", "", "of the reference server")
	flag.Parse()
	var err error
	if plain.Listen != "" {
		if plain.DatabaseURL, err = app.ReadSecret(urlFile); err != nil {
			return err
		}
		return ingest.ServePlain(ctx, plain)
	}
	server, err := toolchain.FindPostgres(ctx)
	if err != nil {
		return err
	}
	opts.PostgresBin = server.BinDir
	if opts.Executable, err = os.Executable(); err != nil {
		return err
	}
	return ingest.Run(ctx, opts, os.Stdout)
}
