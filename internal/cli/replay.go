package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/client"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/server/replay"
)

// maxLeafPages bounds a replay: with the platform's pages of 1000 leaves, a hundred million.
const maxLeafPages = 100_000

func newReplay(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "replay", Short: "Compute anew what the platform has stored"}
	c.AddCommand(newReplayQuality(env), newReplayReplica(env), newReplaySettlement(env), newReplayVerdicts(env))
	return c
}

func newReplayQuality(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "quality",
		Short: "Compute every quality index of the member's events anew",
		Long: "Reads the member's class in the directory and its journal stream, computes its reputation from the marks and every index\n" +
			"from the event and its inputs, and prints what differs. Exits with 0 only when nothing does.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			profile, err := env.loadProfile("oem-admin")
			if err != nil {
				return err
			}
			if profile.Member == "" {
				return errors.New("the profile is of no member: a replay reads a member's own stream")
			}
			d := &dialer{}
			defer d.close()
			class, err := classOf(c.Context(), d, profile)
			if err != nil {
				return err
			}
			ingest, err := d.dial(profile, "ingest")
			if err != nil {
				return err
			}
			r, err := replay.New(class)
			if err != nil {
				return err
			}
			if err := replayLeaves(c, ingestv1.NewIngestServiceClient(ingest), r); err != nil {
				return err
			}
			return printReplay(env, r)
		},
	}
}

// classOf is the class of the profile's member by the directory, as leaves have it.
func classOf(ctx context.Context, d *dialer, profile client.Profile) (string, error) {
	registry, err := d.dial(profile, "registry")
	if err != nil {
		return "", err
	}
	resp, err := registryv1.NewMemberServiceClient(registry).GetMember(ctx, &registryv1.GetMemberRequest{Name: "members/" + profile.Member})
	if err != nil {
		return "", err
	}
	return strings.ToLower(strings.TrimPrefix(resp.GetMember().GetMemberClass().String(), "MEMBER_CLASS_")), nil
}

func replayLeaves(c *cobra.Command, client ingestv1.IngestServiceClient, r *replay.Replay) error {
	req := &ingestv1.ListJournalLeavesRequest{PageSize: 1000}
	for range maxLeafPages {
		page, err := client.ListJournalLeaves(c.Context(), req)
		if err != nil {
			return err
		}
		for _, leaf := range page.GetLeaves() {
			if err := r.Add(leaf); err != nil {
				return err
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return nil
		}
	}
	return fmt.Errorf("replay: more than %d pages of leaves", maxLeafPages)
}

func printReplay(env *environment, r *replay.Replay) error {
	env.printf("%d indices and %d marks computed anew, %d other leaves: %d differences\n", r.Indices, r.Marks, r.Others, len(r.Differences))
	env.printf("%d of the indices rest on a plausibility that the leaf says and other members' events decide\n", r.Believed)
	return printDifferences(env, r.Differences)
}

// printDifferences is an error if there are any.
func printDifferences(env *environment, differences []replay.Difference) error {
	if len(differences) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "where\twhat\tstored\tcomputed")
	for _, d := range differences {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.Where, d.What, d.Stored, d.Computed)
	}
	_ = w.Flush()
	return fmt.Errorf("replay: %d differences", len(differences))
}
