package cli

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func newBankStatus(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "status FILE",
		Short: "Give back the payouts that the bank refuses in a status report (pain.002)",
		Long: "The file is a pain.002.001.10 document on a message of \"pcc payout export\". It is taken whole or not at all, and the same one\n" +
			"again changes nothing.",
		Args: cobra.ExactArgs(1),
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		document, err := os.ReadFile(args[0])
		if err != nil {
			return fmt.Errorf("read status report: %w", err)
		}
		return env.withBank(func(bank settlementv1.BankServiceClient) error {
			resp, err := bank.ImportStatusReport(c.Context(), &settlementv1.ImportStatusReportRequest{Document: document})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "payout\tmember\tamount\treason")
			for _, p := range resp.GetRejected() {
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.GetPayout(), p.GetMember(), p.GetAmount(), p.GetRejection())
			}
			env.printf("%s: %d payouts rejected and given back\n", resp.GetBatch(), len(resp.GetRejected()))
			return w.Flush()
		})
	}
	return c
}
