package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

// epochsShown is how many of the newest epochs are listed.
const epochsShown = 20

func newEpochs(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "epochs",
		Short: "Show how far the journals are anchored on the ledger",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conn, closeConn, err := env.connect("insurer-admin", "anchor")
			if err != nil {
				return err
			}
			defer closeConn()
			client := anchorv1.NewAnchorServiceClient(conn)
			status, err := client.GetAnchorStatus(c.Context(), &anchorv1.GetAnchorStatusRequest{})
			if err != nil {
				return err
			}
			env.printf("%d epochs anchored, %d pending; %d entries anchored; ledger height %d\n", status.GetEpochsAnchored(),
				status.GetEpochsPending(), status.GetEntriesAnchored(), status.GetLedgerHeight())
			page, err := client.ListEpochs(c.Context(), &anchorv1.ListEpochsRequest{PageSize: epochsShown})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "epoch\tstate\tblock\tendorsed by\ttransaction")
			for _, e := range page.GetEpochs() {
				var msps []string
				for _, endorsement := range e.GetTransaction().GetEndorsements() {
					msps = append(msps, endorsement.GetMspId())
				}
				_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%v\t%s\n", e.GetName(), e.GetState(), e.GetTransaction().GetBlock(), msps, e.GetTransaction().GetId())
			}
			return w.Flush()
		},
	}
	c.AddCommand(newEpochsCheck(env))
	return c
}
