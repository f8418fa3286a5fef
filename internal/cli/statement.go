package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func newStatement(env *environment) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "statement PERIOD",
		Short: "Show the member's statement of a closed month or cycle, or save it as CSV or PDF",
		Long: "The period is a month, such as 2026-03, or the number of a cycle. Without --out the balances and totals are shown; with it the\n" +
			"whole statement is saved, as its name says: .csv or .pdf.",
		Example: "  pcc statement 2026-03 --out march.pdf",
		Args:    cobra.ExactArgs(1),
	}
	format, page := addOutput(c), addPages(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		conn, closeConn, err := env.connect(payoutMember, "settlement")
		if err != nil {
			return err
		}
		defer closeConn()
		client, name := settlementv1.NewStatementServiceClient(conn), "statements/"+args[0]
		if out != "" {
			return saveStatement(c, env, client, name, out)
		}
		resp, err := client.GetStatement(c.Context(), &settlementv1.GetStatementRequest{Name: name, PageSize: page.size, PageToken: page.token})
		if err != nil {
			return err
		}
		if *format == outputJSON {
			return printProto(env, resp)
		}
		tellNext(c, resp.GetNextPageToken())
		return printPeriodStatement(env, resp)
	}
	c.Flags().StringVarP(&out, "out", "o", "", "file to write, ending in .csv or .pdf")
	return c
}

func saveStatement(c *cobra.Command, env *environment, client settlementv1.StatementServiceClient, name, out string) error {
	req := &settlementv1.DownloadStatementRequest{Name: name}
	switch filepath.Ext(out) {
	case ".csv":
		req.Format = settlementv1.StatementFormat_STATEMENT_FORMAT_CSV
	case ".pdf":
		req.Format = settlementv1.StatementFormat_STATEMENT_FORMAT_PDF
	default:
		return fmt.Errorf("statement: %s ends neither in .csv nor in .pdf", out)
	}
	file, err := client.DownloadStatement(c.Context(), req)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, file.GetData(), 0o600); err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	env.printf("%s: %d bytes\n", out, len(file.GetData()))
	return nil
}

func printPeriodStatement(env *environment, resp *settlementv1.GetStatementResponse) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "account\topening\tclosing\t")
	for _, a := range resp.GetStatement().GetAccounts() {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t\n", a.GetAccount(), a.GetOpeningBalance(), a.GetClosingBalance())
	}
	_, _ = fmt.Fprintln(w, "\nkind\ttransfers\treceived\tpaid\tnet\t")
	for _, t := range resp.GetStatement().GetTotals() {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t\n", t.GetKind(), t.GetTransfers(), t.GetReceived(), t.GetPaid(), t.GetNet())
	}
	_, _ = fmt.Fprintln(w, "\ntime\taccount\tkind\tamount\tbalance\tlate for\t")
	for _, e := range resp.GetEntries() {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", e.GetCreateTime().AsTime().Format("2006-01-02 15:04:05"),
			e.GetAccount(), e.GetKind(), e.GetAmount(), e.GetBalanceAfter(), e.GetLateFor())
	}
	return w.Flush()
}
