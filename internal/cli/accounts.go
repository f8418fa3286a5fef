package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func newReceipt(env *environment) *cobra.Command {
	var amount, reference string
	c := &cobra.Command{
		Use:   "receipt MEMBER",
		Short: "Mint PCC_token for a member against a euro receipt",
		Long: "Records a euro receipt on the consortium's bank account, before its statement is imported, or one that a statement brought into\n" +
			"suspense. A receipt is identified by the bank's reference and mints once; a large one when a second person records it, too.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			conn, closeConn, err := env.connect(devstack.Operator, "settlement")
			if err != nil {
				return err
			}
			defer closeConn()
			resp, err := settlementv1.NewSettlementServiceClient(conn).RecordReceipt(c.Context(), &settlementv1.RecordReceiptRequest{
				RequestId: uuid.NewString(), Member: "members/" + args[0], Amount: amount, BankReference: reference,
			})
			if err != nil {
				return err
			}
			if resp.GetNeedsSecondPerson() {
				env.printf("noted; it mints when a second person records the same\n")
				return nil
			}
			env.printf("%s minted %s; members/%s has %s available\n", resp.GetTransfer(), amount, args[0], resp.GetBalance())
			return nil
		},
	}
	c.Flags().StringVar(&amount, "amount", "", "amount in euro, for example 100.00")
	c.Flags().StringVar(&reference, "bank-reference", "", "the bank's reference of the receipt")
	_ = errors.Join(c.MarkFlagRequired("amount"), c.MarkFlagRequired("bank-reference"))
	return c
}

func newAccounts(env *environment) *cobra.Command {
	var statement string
	c := &cobra.Command{
		Use:   "accounts",
		Short: "Show the member's balances, or the statement of one account",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conn, closeConn, err := env.connect("insurer-admin", "settlement")
			if err != nil {
				return err
			}
			defer closeConn()
			client := settlementv1.NewSettlementServiceClient(conn)
			if statement != "" {
				return printStatement(c, env, client, statement)
			}
			resp, err := client.ListAccounts(c.Context(), &settlementv1.ListAccountsRequest{})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
			for _, a := range resp.GetAccounts() {
				_, _ = fmt.Fprintf(w, "%s\t%s\t\n", a.GetName(), a.GetBalance())
			}
			return w.Flush()
		},
	}
	c.Flags().StringVar(&statement, "statement", "", "account to show line by line, for example accounts/member:insurer:available")
	return c
}

func printStatement(c *cobra.Command, env *environment, client settlementv1.SettlementServiceClient, account string) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "time\tamount\tbalance\tfor")
	req := &settlementv1.ListStatementLinesRequest{Parent: account}
	for {
		page, err := client.ListStatementLines(c.Context(), req)
		if err != nil {
			return err
		}
		for _, l := range page.GetLines() {
			at := l.GetCreateTime().AsTime().Format("2006-01-02 15:04:05")
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", at, l.GetAmount(), l.GetBalanceAfter(), l.GetDescription())
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return w.Flush()
		}
	}
}
