package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/devstack"
	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/internal/postgres"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// Options say how much to measure.
type Options struct {
	// Executable is this program, which runs again as the reference server.
	Executable string
	// PostgresBin is the folder of PostgreSQL's server programs.
	PostgresBin string
	// Events of each run at full speed, and Vehicles that they are spread over.
	Events, Vehicles int
	// Seconds bounds the paced runs and the obvious pipeline.
	Seconds int
	// History is how many times Events are stored before the last run.
	History int
}

// benchEpoch anchors now and then, as in production.
const benchEpoch = time.Minute

// bench is one run on a stack of its own.
type bench struct {
	opts      Options
	out       io.Writer
	layout    devstack.Layout
	stack     *devstack.Stack
	reference *proc.Supervisor
	pool      *pgxpool.Pool
	platform  *grpc.ClientConn
	anchor    *grpc.ClientConn
	plain     *grpc.ClientConn
	passports []string
	runs      int // made so far
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
	log := slog.New(slog.DiscardHandler)
	b.stack, err = devstack.Up(ctx, devstack.Options{
		Layout: b.layout, PostgresBin: b.opts.PostgresBin, Topology: fabric.Raft1, Shape: devstack.ShapeProcess,
		EpochInterval: benchEpoch, Progress: func(string, time.Duration) {}, Logger: log,
	})
	if err != nil {
		return err
	}
	if err := b.admit(ctx); err != nil {
		return err
	}
	if err := b.enrol(ctx); err != nil {
		return err
	}
	return b.startReference(ctx, log)
}

// admit uses the CLI, as an administrator would. All members are: a majority of their witnesses must cosign epochs.
func (b *bench) admit(ctx context.Context) error {
	for _, m := range devstack.DevMembers() {
		cmd := exec.CommandContext(ctx, b.layout.Bin("pcc"), "member", "admit", m.ID, "--state", b.layout.State, "--class", m.Class, //nolint:gosec // our own program
			"--msp", m.MSPID, "--ca", b.layout.MemberAuthorityFile(m.ID), "--display-name", m.DisplayName, "--administrator", m.ID+"/admin")
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("bench: admit %s: %w\n%s", m.ID, err, output)
		}
	}
	return nil
}

func (b *bench) enrol(ctx context.Context) error {
	profile, err := client.Load(b.layout.ProfileFile(devstack.AdminProfile(benchMember)))
	if err != nil {
		return err
	}
	if b.platform, err = profile.Dial("ingest"); err != nil {
		return err
	}
	if b.anchor, err = profile.Dial("anchor"); err != nil {
		return err
	}
	vault, err := profile.Dial("vault")
	if err != nil {
		return err
	}
	defer func() { _ = vault.Close() }()
	registry, err := profile.Dial("registry")
	if err != nil {
		return err
	}
	defer func() { _ = registry.Close() }()
	const chunk = 1000
	for start := 0; start < b.opts.Vehicles; start += chunk {
		bind := &vaultv1.BatchBindVehiclesRequest{}
		for n := start; n < min(start+chunk, b.opts.Vehicles); n++ {
			bind.Vins = append(bind.Vins, string(history.TestVIN(fmt.Sprintf("bench-%d", n))))
		}
		bound, err := vaultv1.NewVaultServiceClient(vault).BatchBindVehicles(ctx, bind)
		if err != nil {
			return err
		}
		enrol := &registryv1.BatchEnrolPassportsRequest{RequestId: uuid.NewString()}
		for _, r := range bound.GetResults() {
			enrol.Passports = append(enrol.Passports, &registryv1.Passport{Vehicle: r.GetVehicle()})
		}
		enrolled, err := registryv1.NewPassportServiceClient(registry).BatchEnrolPassports(ctx, enrol)
		if err != nil {
			return err
		}
		for _, r := range enrolled.GetResults() {
			b.passports = append(b.passports, r.GetPassport().GetName())
		}
	}
	return nil
}

// startReference runs the plain pipelines beside the platform, on its PostgreSQL and NATS.
func (b *bench) startReference(ctx context.Context, log *slog.Logger) (err error) {
	info, err := b.layout.LoadInfo()
	if err != nil {
		return err
	}
	urlFile := filepath.Join(b.layout.State, "secrets", "database-ingest.url")
	url, err := app.ReadSecret(urlFile)
	if err != nil {
		return err
	}
	if b.pool, err = postgres.Open(ctx, url, "ingest"); err != nil {
		return err
	}
	if b.reference, err = proc.New(filepath.Join(b.layout.State, "reference"), log); err != nil {
		return err
	}
	ports, err := devstack.LoadPorts(filepath.Join(b.layout.State, "reference-ports.json"))
	if err != nil {
		return err
	}
	port, err := ports.Get("reference")
	if err != nil {
		return err
	}
	address := devstack.Loopback(port)
	err = b.reference.Start(ctx, proc.Spec{
		Name: "reference", Path: b.opts.Executable,
		Args: []string{
			"-serve", address, "-database-url-file", urlFile, "-nats", info.NATS,
			"-nats-credentials", filepath.Join(b.layout.State, "nats", "accounts", "accounts", "platform", "users", "services.creds"),
		},
	})
	if err != nil {
		return err
	}
	b.plain, err = grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true)))
	return err
}

func (b *bench) close(ctx context.Context) error {
	var errs []error
	for _, c := range []*grpc.ClientConn{b.platform, b.anchor, b.plain} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	if b.pool != nil {
		b.pool.Close()
	}
	if b.reference != nil {
		errs = append(errs, b.reference.Stop(ctx))
	}
	if b.stack != nil {
		errs = append(errs, b.stack.Stop(ctx))
	}
	return errors.Join(errs...)
}
