package cli

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func newBank(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "bank", Short: "Import statements of the consortium's bank account, and compare it with the ledger"}
	c.AddCommand(newBankImport(env), newBankStatus(env), newBankWriteOff(env), newBankPeg(env))
	return c
}

func newBankImport(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Book a bank statement (camt.053): receipts are minted, payouts burned or given back",
		Long: "The file is a camt.053.001.08 document of one whole statement of the consortium's account in euro, which begins where the\n" +
			"last imported one ended. It is booked whole or not at all, and the same one again changes nothing.",
		Args: cobra.ExactArgs(1),
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		document, err := os.ReadFile(args[0])
		if err != nil {
			return fmt.Errorf("read statement: %w", err)
		}
		return env.withBank(func(bank settlementv1.BankServiceClient) error {
			resp, err := bank.ImportStatement(c.Context(), &settlementv1.ImportStatementRequest{Document: document})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			return printStatementImport(env, resp)
		})
	}
	return c
}

func printStatementImport(env *environment, resp *settlementv1.ImportStatementResponse) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "reference\tamount\toutcome\tmember\tpayout")
	for _, e := range resp.GetEntries() {
		outcome := strings.ToLower(strings.TrimPrefix(e.GetOutcome().String(), "ENTRY_OUTCOME_"))
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.GetReference(), e.GetAmount(), outcome, e.GetMember(), e.GetPayout())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	env.printf("statement %s ends at %s\n", resp.GetStatement(), resp.GetClosingBalance())
	printPeg(env, resp.GetPeg())
	return nil
}

func newBankWriteOff(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "write-off REFERENCE",
		Short: "Book an unexplained entry of a statement on the platform's own pool; takes two people",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withBank(func(bank settlementv1.BankServiceClient) error {
				resp, err := bank.WriteOffEntry(c.Context(), &settlementv1.WriteOffEntryRequest{Reference: args[0]})
				if err != nil {
					return err
				}
				if resp.GetNeedsSecondPerson() {
					env.printf("noted; %s are written off when a second person asks for the same\n", resp.GetAmount())
					return nil
				}
				env.printf("%s written off\n", resp.GetAmount())
				return nil
			})
		},
	}
}

func newBankPeg(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "peg",
		Short: "Say whether every PCC_token is covered by a euro",
		Args:  cobra.NoArgs,
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withBank(func(bank settlementv1.BankServiceClient) error {
			resp, err := bank.GetPeg(c.Context(), &settlementv1.GetPegRequest{})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp.GetPeg())
			}
			printPeg(env, resp.GetPeg())
			return nil
		})
	}
	return c
}

func printPeg(env *environment, p *settlementv1.Peg) {
	verdict := "covered"
	if !p.GetHolds() {
		verdict = "NOT covered: payouts are stopped"
	}
	env.printf("owed %s, reserve %s, unconfirmed receipts %s: %s; credit %s\n", p.GetOwed(), p.GetReserve(), p.GetUnconfirmed(), verdict, p.GetCredit())
}

// withBank connects the consortium's treasurer.
func (e *environment) withBank(f func(settlementv1.BankServiceClient) error) error {
	conn, closeConn, err := e.connect(devstack.Operator, "settlement")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(settlementv1.NewBankServiceClient(conn))
}
