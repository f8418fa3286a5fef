package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/replica"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/services/ingest/server/replay"
)

func newReplica(env *environment) *cobra.Command {
	var trustFile string
	var follow time.Duration
	c := &cobra.Command{
		Use:   "replica FOLDER",
		Short: "Take the member's verifiable copy of the journals, and keep it current",
		Long: "Copies every cosigned epoch, the entries of all streams (keys of lists and commitments, no payloads) and the member's own\n" +
			"leaves into a folder. Each epoch is computed anew before it is written: what differs from what the platform says, or is not\n" +
			"cosigned by the witnesses of the trust list, is refused. \"pcc replay replica\" computes all of it again, offline.\n\n" +
			"It can be stopped at any time and goes on where it was. With --follow it looks for news until it is stopped.",
		Example: "  pcc replica --profile oem-admin /var/lib/pcc-replica --follow 1m\n  pcc replay replica /var/lib/pcc-replica",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt)
			defer stop()
			trusted, err := env.trustedLog(trustFile)
			if err != nil {
				return err
			}
			profile, err := env.loadProfile("oem-admin")
			if err != nil {
				return err
			}
			if profile.Member == "" {
				return errors.New("the profile is of no member: a replica has a member's own leaves")
			}
			d := &dialer{}
			defer d.close()
			class, err := classOf(ctx, d, profile)
			if err != nil {
				return err
			}
			source, err := newReplicaSource(d, profile)
			if err != nil {
				return err
			}
			folder, err := replica.Create(args[0], replica.About{Member: profile.Member, Class: class})
			if err != nil {
				return err
			}
			return env.keepReplica(ctx, follow, func() error { return folder.Sync(ctx, source, trusted, env.replicaProgress()) })
		},
	}
	c.Flags().StringVar(&trustFile, "trust", "", "trust list with the log's key and the witnesses (default: the development stack's)")
	c.Flags().DurationVar(&follow, "follow", 0, "look for news again after this time, until stopped")
	return c
}

// keepReplica syncs once, or again and again until ctx ends.
func (e *environment) keepReplica(ctx context.Context, follow time.Duration, sync func() error) error {
	for {
		if err := sync(); ctx.Err() == nil && (err != nil || follow <= 0) {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(follow):
		}
	}
}

// replicaProgress prints how far a sync is, at most once a second, and its end.
func (e *environment) replicaProgress() replica.Progress {
	var last time.Time
	return func(epochs, entries, leaves uint64) {
		if now := time.Now(); now.Sub(last) >= time.Second {
			last = now
			_, _ = fmt.Fprintf(e.stderr, "%d epochs, %d new entries, %d own leaves\n", epochs, entries, leaves)
		}
	}
}

// trustedLog returns whose checkpoints of the index are believed.
func (e *environment) trustedLog(flag string) (checkpoint.Policy, error) {
	file, err := e.trustFile(flag)
	if err != nil {
		return checkpoint.Policy{}, err
	}
	trust, err := readTrust(file)
	if err != nil {
		return checkpoint.Policy{}, err
	}
	return trust.Policy()
}

func newReplayReplica(env *environment) *cobra.Command {
	var trustFile string
	c := &cobra.Command{
		Use:   "replica FOLDER",
		Short: "Compute everything in a replica anew, offline",
		Long: "Computes streams, lists, map and index of every epoch from the entries, verifies the cosignatures, holds the member's leaves\n" +
			"against its entries, and computes every quality index of its events, and prints what differs. Exits with 0 only when nothing\n" +
			"does. Nobody is contacted.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			trusted, err := env.trustedLog(trustFile)
			if err != nil {
				return err
			}
			folder, err := replica.Open(args[0])
			if err != nil {
				return err
			}
			qualities, err := replay.New(folder.About.Class)
			if err != nil {
				return err
			}
			report, err := folder.Replay(c.Context(), trusted, addTo(qualities))
			if err != nil {
				return err
			}
			env.printf("%d epochs with %d entries in %d lists, and %d own leaves computed anew: %d differences\n",
				report.Epochs, report.Entries, report.Lists, report.Leaves, len(report.Differences))
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			for _, d := range report.Differences {
				_, _ = fmt.Fprintf(w, "%s\t%s\n", d.Where, d.What)
			}
			if err := errors.Join(w.Flush(), printReplay(env, qualities)); err != nil || len(report.Differences) == 0 {
				return err
			}
			return fmt.Errorf("replay: %d differences", len(report.Differences))
		},
	}
	c.Flags().StringVar(&trustFile, "trust", "", "trust list with the log's key and the witnesses (default: the development stack's)")
	return c
}
