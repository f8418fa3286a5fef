package evaluation

import (
	"context"
	"fmt"
	"io"

	"github.com/pcc-platform/pcc/internal/simulator"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// Options say what to measure.
type Options struct {
	// Vehicles is how many to simulate, Seed and Rates which.
	Vehicles int
	Seed     uint64
	Rates    simulator.Rates
	Policy   adjudication.Policy
	// DataDir has the real sets; without it they are left out.
	DataDir string
	// Show lists up to so many vehicles of a real set whose verdict is neither consistent nor explained.
	Show int
}

// DefaultOptions simulate 100,000 vehicles at the published rates.
func DefaultOptions() Options {
	return Options{Vehicles: 100_000, Seed: 1, Rates: simulator.DefaultRates(), Policy: adjudication.DefaultPolicy()}
}

// Run measures and writes tables.
func Run(ctx context.Context, w io.Writer, opts Options) error {
	m, err := Simulate(ctx, opts.Policy, simulator.New(opts.Seed, opts.Rates), opts.Vehicles)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, m.String()); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	if opts.DataDir == "" {
		return nil
	}
	return judgeSets(ctx, w, opts)
}
