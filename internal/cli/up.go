package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

// devEpochInterval anchors often enough to be watched.
const devEpochInterval = 2 * time.Second

// upFlags are the choices of a stack.
type upFlags struct {
	fabric, shape string
	detach        bool
}

func (f *upFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.fabric, "fabric", "raft", "ordering profile of the Fabric network: raft or bft")
	c.Flags().StringVar(&f.shape, "shape", string(devstack.ShapeSingle), "services in one process (single) or one each (processes)")
}

// arguments repeats the flags for a detached supervisor.
func (f *upFlags) arguments() []string { return []string{"--fabric", f.fabric, "--shape", f.shape} }

func (f *upFlags) topology() (fabric.Topology, error) {
	switch f.fabric {
	case "raft":
		return fabric.Raft1, nil
	case "bft":
		return fabric.BFT4, nil
	}
	return "", fmt.Errorf("unknown ordering profile %q: use raft or bft", f.fabric)
}

func newUp(env *environment) *cobra.Command {
	flags := &upFlags{}
	c := &cobra.Command{
		Use:   "up",
		Short: "Start the whole platform on this machine",
		Long: "Starts PostgreSQL, NATS, Keto, a Fabric network of three organisations and all services on loopback, and\n" +
			"supervises them until Ctrl-C. On existing data it continues where it was.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			layout, err := env.layout()
			if err != nil {
				return err
			}
			if flags.detach {
				return startDetached(c.Context(), env, layout, flags)
			}
			return superviseStack(c.Context(), env, layout, flags)
		},
	}
	flags.register(c)
	c.Flags().BoolVar(&flags.detach, "detach", false, "return when the platform is ready and leave it running")
	return c
}

// superviseStack is the supervisor: it brings the stack up and stays until ctx ends or the stack breaks.
func superviseStack(ctx context.Context, env *environment, layout devstack.Layout, flags *upFlags) error {
	topology, err := flags.topology()
	if err != nil {
		return err
	}
	release, err := layout.Claim()
	if err != nil {
		return err
	}
	defer release()
	server, err := ensureTools(ctx, env, layout)
	if err != nil {
		return err
	}
	start := time.Now()
	stack, err := devstack.Up(ctx, devstack.Options{
		Layout: layout, PostgresBin: server.BinDir, Topology: topology, Shape: devstack.Shape(flags.shape),
		EpochInterval: devEpochInterval, Progress: env.progress,
		Logger: slog.New(slog.NewJSONHandler(env.stderr, nil)),
	})
	if err != nil {
		return err
	}
	env.printf("platform ready after %.1f s\n", time.Since(start).Seconds())
	_, _ = io.WriteString(env.stdout, readyLine+"\n")
	select {
	case <-ctx.Done():
		err = nil
	case err = <-stack.Failures():
	}
	return errors.Join(err, stack.Stop(context.WithoutCancel(ctx)))
}

func (e *environment) progress(step string, took time.Duration) {
	e.printf("  %-44s %6.1f s\n", step, took.Seconds())
}

// ensureTools builds or finds every program that the stack runs beside the platform's own.
func ensureTools(ctx context.Context, env *environment, layout devstack.Layout) (toolchain.Postgres, error) {
	server, err := toolchain.EnsurePostgres(ctx, func(what string) { env.printf("  %s\n", what) })
	if err != nil {
		return server, err
	}
	return server, toolchain.Ensure(ctx, layout.Root, toolchain.Stack(), toolchain.Print(env.stdout))
}

// readyLine is what a detached supervisor prints, as a line of its own, when everything serves.
const readyLine = "READY"

func newDown(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Stop the platform on this machine, and nothing else",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			layout, err := env.layout()
			if err != nil {
				return err
			}
			stopped, err := layout.Down(c.Context())
			if err != nil {
				return err
			}
			if stopped {
				env.printf("stopped\n")
			} else {
				env.printf("nothing was running\n")
			}
			return nil
		},
	}
}

func newReset(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "reset",
		Short: "Stop the platform and forget all its data, keys and ledgers",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			layout, err := env.layout()
			if err != nil {
				return err
			}
			if _, err := layout.Down(c.Context()); err != nil {
				return err
			}
			return layout.Forget()
		},
	}
}

func newStatus(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show where the platform on this machine answers",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			layout, err := env.layout()
			if err != nil {
				return err
			}
			info, err := layout.LoadInfo()
			if err != nil {
				return err
			}
			printWhere(env, layout, info)
			return nil
		},
	}
}

// printWhere tells a person what to open next.
func printWhere(env *environment, layout devstack.Layout, info devstack.Info) {
	env.printf("REST and OpenAPI  %s/openapi.json\n", info.Gateway)
	for _, service := range devstack.Services() {
		if address, ok := info.Services[service]; ok {
			env.printf("gRPC %-12s %s\n", service, address)
		}
	}
	for process, address := range info.Admin {
		env.printf("admin %-11s http://%s/metrics\n", process, address)
	}
	for _, m := range devstack.DevMembers() {
		if url, ok := info.Witnesses[m.ID]; ok {
			env.printf("witness %-9s %s/status\n", m.ID, url)
		}
	}
	env.printf("MQTT              %s\n", info.MQTT)
	env.printf("token issuer      %s\n", info.Issuer)
	env.printf("profiles          %s\n", layout.ProfileFile("*"))
	env.printf("logs              %s\n", layout.SupervisorLog())
}
