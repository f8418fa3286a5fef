package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/bench/usage"
	"github.com/pcc-platform/pcc/internal/devstack"
	"github.com/pcc-platform/pcc/internal/devstack/postgres"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/migrate"
	"github.com/pcc-platform/pcc/migrations"
)

// Options say how much to measure.
type Options struct {
	// PostgresBin is the folder of PostgreSQL's server programs, Immudb the program of tools/immudb.
	PostgresBin, Immudb string
	// Rows of RowBytes are written, Batch in a transaction, by one writer and by Workers.
	Rows, RowBytes, Batch, Workers int
	// Reads is how many rows are read.
	Reads int
}

const schema = "bench"

// bench is one run in a folder of its own.
type bench struct {
	opts       Options
	dir        string
	supervisor *proc.Supervisor
	url        string
	results    []result
}

// Run measures and prints, in a temporary folder that is gone afterwards.
func Run(ctx context.Context, opts Options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "pcc-bench-")
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	b := &bench{opts: opts, dir: dir}
	defer func() {
		err = errors.Join(err, b.stop(context.WithoutCancel(ctx)), postgres.Remove(filepath.Join(dir, "postgres")), os.RemoveAll(dir))
	}()
	rows := makeRows(opts.Rows, opts.RowBytes)
	if err := b.measureImmudb(ctx, rows); err != nil {
		return err
	}
	if err := b.startPostgres(ctx); err != nil {
		return err
	}
	for _, workers := range []int{1, opts.Workers} {
		if err := b.measureJournal(ctx, rows, workers); err != nil {
			return fmt.Errorf("bench: journal, %d writers: %w", workers, err)
		}
	}
	return printResults(out, b.results, opts.Workers)
}

func (b *bench) startPostgres(ctx context.Context) (err error) {
	if b.supervisor, err = proc.New(b.dir, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	ports, err := devstack.LoadPorts(filepath.Join(b.dir, "ports.json"))
	if err != nil {
		return err
	}
	port, err := ports.Get("postgres")
	if err != nil {
		return err
	}
	cluster, err := postgres.Open(ctx, postgres.Config{BinDir: b.opts.PostgresBin, Dir: filepath.Join(b.dir, "postgres"), Port: port})
	if err != nil {
		return err
	}
	if err := b.supervisor.Start(ctx, cluster.Spec()); err != nil {
		return err
	}
	err = cluster.Provision(ctx, []postgres.Role{{Name: schema}}, []postgres.Database{{Name: schema, Owner: schema}})
	if err != nil {
		return err
	}
	if b.url, err = cluster.URL(schema, schema); err != nil {
		return err
	}
	sources, err := migrations.Sources("ingest")
	if err != nil {
		return err
	}
	_, err = migrate.Up(ctx, b.url, schema, sources[:len(sources)-1]) // what is ingest's own is not needed
	return err
}

func (b *bench) stop(ctx context.Context) error {
	if b.supervisor == nil {
		return nil
	}
	return b.supervisor.Stop(ctx)
}

func (b *bench) measureJournal(ctx context.Context, rows []journal.Leaf, workers int) error {
	config, err := pgxpool.ParseConfig(b.url + "&search_path=" + schema)
	if err != nil {
		return err
	}
	config.MaxConns = int32(workers) // #nosec G115 -- small
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	streams := make([]*stream, workers)
	for i := range streams {
		streams[i] = &stream{name: fmt.Sprintf("bench-%d/%d", workers, i)}
	}
	err = b.timed("journal", "write", len(rows), workers, func() error { return writeAll(ctx, pool, streams, rows, b.opts.Batch) })
	if err != nil {
		return err
	}
	for operation, together := range map[string]int{"read": 1, "read60": eventsPerVehicle} {
		err := b.timed("journal", operation, b.opts.Reads, workers, func() error {
			return readAll(ctx, pool, streams, b.opts.Reads, together)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// timed keeps what f took, of this process and of PostgreSQL.
func (b *bench) timed(mode, operation string, rows, workers int, f func() error) error {
	before, err := usage.Of(b.dir)
	if err != nil {
		return err
	}
	begin, own := time.Now(), usage.Own()
	if err := f(); err != nil {
		return err
	}
	took, cpu := time.Since(begin).Seconds(), usage.Own()-own
	after, err := usage.Of(b.dir)
	if err != nil {
		return err
	}
	for _, u := range usage.Since(before, after) {
		cpu += u.CPUSeconds
	}
	b.results = append(b.results, result{mode, operation, rows, workers, took, cpu})
	return nil
}
