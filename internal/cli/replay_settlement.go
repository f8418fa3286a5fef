package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement/server/replay"
)

func newReplaySettlement(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "settlement READ...",
		Short: "Compute the shares of reads that the member paid anew, from their contributions",
		Long: "Fetches each receipt, computes by the published rule who is to be paid what of the price, at the capture and since each event\n" +
			"that was refuted, and prints what differs. Exits with 0 only when nothing does.",
		Example: "  pcc replay settlement reads/8b0c3d43-2c43-4bd0-9a4f-3bb8c7f0a1de",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			conn, closeConn, err := env.connect("insurer-admin", "settlement")
			if err != nil {
				return err
			}
			defer closeConn()
			client := settlementv1.NewSettlementServiceClient(conn)
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			differing := 0
			for _, name := range names {
				resp, err := client.GetRead(c.Context(), &settlementv1.GetReadRequest{Name: name})
				if err != nil {
					return errors.Join(fmt.Errorf("%s: %w", name, err), w.Flush())
				}
				differences, err := replay.Shares(resp.GetRead())
				if err != nil {
					return errors.Join(err, w.Flush())
				}
				read := resp.GetRead()
				_, _ = fmt.Fprintf(w, "%s\t%d shares\t%d revisions\t%d differences\n", name, len(read.GetShares()), len(read.GetRevisions()), len(differences))
				for _, d := range differences {
					_, _ = fmt.Fprintf(w, "\tversion %d\tstored %q\tcomputed %q\n", d.Version, d.Stored, d.Computed)
				}
				differing += len(differences)
			}
			if err := w.Flush(); err != nil || differing == 0 {
				return err
			}
			return fmt.Errorf("replay: %d differences", differing)
		},
	}
}
