package settlement

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/devstack"
	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/pki"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

const (
	schema = "settlement"
	// epochs are so far apart that none is anchored while something is measured.
	epochs = time.Hour
	// seller is the service that may ask for transfers.
	seller = "registry"
)

// Options say how much to measure.
type Options struct {
	// PostgresBin is the folder of PostgreSQL's server programs.
	PostgresBin string
	// Duration is that of each run.
	Duration time.Duration
	// Accounts of the cold runs; Hot are the first of them, of the hot runs.
	Accounts, Hot int
	// History is how many postings are stored before the last runs.
	History int
}

// bench is one run on a stack of its own.
type bench struct {
	opts   Options
	out    io.Writer
	layout devstack.Layout
	stack  *devstack.Stack
	conn   *grpc.ClientConn
	plain  *plain
}

// Run measures and prints, on a stack in a temporary folder that is gone afterwards.
func Run(ctx context.Context, opts Options, out io.Writer) (err error) {
	state, err := os.MkdirTemp("", "pcc-bench-")
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	layout, err := devstack.FindLayout(state)
	if err != nil {
		return err
	}
	b := &bench{opts: opts, out: out, layout: layout}
	defer func() { err = errors.Join(err, b.close(context.WithoutCancel(ctx)), layout.Forget()) }()
	if err := b.start(ctx); err != nil {
		return err
	}
	return b.measure(ctx)
}

func (b *bench) start(ctx context.Context) (err error) {
	b.stack, err = devstack.Up(ctx, devstack.Options{
		Layout: b.layout, PostgresBin: b.opts.PostgresBin, Topology: fabric.Raft1, Shape: devstack.ShapeProcess,
		EpochInterval: epochs, Progress: func(string, time.Duration) {}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	profile, err := client.Load(b.layout.ProfileFile(devstack.Operator))
	if err != nil {
		return err
	}
	files := pki.FilesIn(filepath.Dir(profile.CertificateFile), seller)
	profile.CertificateFile, profile.KeyFile = files.Certificate, files.Key
	if b.conn, err = profile.Dial(schema); err != nil {
		return err
	}
	url, err := app.ReadSecret(filepath.Join(b.layout.State, "secrets", "database-"+schema+".url"))
	if err != nil {
		return err
	}
	if err := fillAccounts(ctx, url, b.opts.Accounts); err != nil {
		return err
	}
	b.plain, err = openPlain(ctx, url)
	return err
}

func (b *bench) service() service { return service{settlementv1.NewLedgerServiceClient(b.conn)} }

func (b *bench) close(ctx context.Context) error {
	var errs []error
	if b.conn != nil {
		errs = append(errs, b.conn.Close())
	}
	if b.plain != nil {
		b.plain.pool.Close()
	}
	if b.stack != nil {
		errs = append(errs, b.stack.Stop(ctx))
	}
	return errors.Join(errs...)
}
