package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/devstack"
	"github.com/pcc-platform/pcc/internal/history"
)

// demoSteps is how many steps the demonstration announces.
const demoSteps = 10

// demo is one run of the platform's main job, from nothing to a verified passport.
type demo struct {
	env            *environment
	layout         devstack.Layout
	flags          demoFlags
	maker, insurer client.Profile
	garage         client.Profile
	result         demoResult
	step           int
	stepStart      time.Time
	closers        dialer
}

type demoFlags struct {
	up                   upFlags
	data, format         string
	json, nonInteractive bool
	sampleSeed           uint64
	sampleVehicles       int
}

func newDemo(env *environment) *cobra.Command {
	flags := demoFlags{}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run the platform's main job from start to end",
		Long: "Starts the platform if it is not running, admits three members, imports a vehicle history, waits until it is\n" +
			"journaled and anchored, buys a report, exports it as a proof, verifies the proof and three forgeries offline, has a confidential\n" +
			"note read by consent, and erases a holder.\n" +
			"Formats of --data:\n" + formatHelp(),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			layout, err := env.layout()
			if err != nil {
				return err
			}
			d := &demo{env: env, layout: layout, flags: flags}
			return d.run(c.Context())
		},
	}
	flags.up.register(c)
	c.Flags().StringVar(&flags.data, "data", "", "history file to import (default: a generated sample)")
	c.Flags().StringVar(&flags.format, "format", history.FormatSample, "format of the history file")
	c.Flags().BoolVar(&flags.json, "json", false, "print the summary as one JSON object on the last line")
	c.Flags().BoolVar(&flags.nonInteractive, "noninteractive", false, "exit when done and leave the platform running")
	c.Flags().Uint64Var(&flags.sampleSeed, "seed", 1, "seed of the generated sample")
	c.Flags().IntVar(&flags.sampleVehicles, "vehicles", 0, "vehicles of the generated sample (default 1000)")
	return c
}

// run does the steps in order. The platform stays up afterwards; on a terminal it is stopped with Ctrl-C.
func (d *demo) run(ctx context.Context) error {
	defer d.closers.close()
	steps := []struct {
		title string
		do    func(context.Context) error
	}{
		{"programs", d.obtainPrograms},
		{"platform", d.startPlatform},
		{"members", d.admitMembers},
		{"import", d.importHistory},
		{"journal and ledger", d.awaitAnchored},
		{"a paid report, over REST", d.buyReport},
		{"a proof, verified offline", d.proveOffline},
		{"confidential data, by consent", d.showConfidential},
		{"an erasure", d.showErasure},
		{"summary", d.summarise},
	}
	for _, s := range steps {
		if err := d.do(ctx, s.title, s.do); err != nil {
			if ctx.Err() != nil {
				return errors.Join(errors.New("interrupted"), d.down(context.WithoutCancel(ctx)))
			}
			return fmt.Errorf("%s: %w", s.title, err)
		}
	}
	if d.flags.nonInteractive {
		return nil
	}
	return d.waitForInterrupt(ctx)
}

func (d *demo) do(ctx context.Context, title string, f func(context.Context) error) error {
	d.step++
	d.stepStart = time.Now()
	d.say("[%d/%d] %s", d.step, demoSteps, title)
	return f(ctx)
}

// say prints progress: to standard output, or to standard error when the summary must be the last line there.
func (d *demo) say(format string, args ...any) {
	out := d.env.stdout
	if d.flags.json {
		out = d.env.stderr
	}
	_, _ = fmt.Fprintf(out, format+"\n", args...)
}

func (d *demo) took() float64 { return time.Since(d.stepStart).Seconds() }

// waitForInterrupt keeps a terminal attached to the platform until Ctrl-C.
func (d *demo) waitForInterrupt(ctx context.Context) error {
	d.say("\nThe platform is running. Press Ctrl-C to stop it.")
	<-ctx.Done()
	return d.down(context.WithoutCancel(ctx))
}

// down stops the platform. A second Ctrl-C ends the wait, not the stopping.
func (d *demo) down(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	d.say("stopping the platform")
	_, err := d.layout.Down(ctx)
	return err
}
