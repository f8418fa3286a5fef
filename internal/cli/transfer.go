package cli

import (
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func newTransfer(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "transfer", Short: "See and reverse transfers of PCC_token"}
	c.AddCommand(newTransferGet(env), newTransferList(env), newTransferReverse(env))
	return c
}

func newTransferGet(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "get TRANSFER",
		Short: "Show a transfer with what it posts on the member's own accounts",
		Args:  cobra.ExactArgs(1),
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return env.withLedger(payoutMember, func(ledger settlementv1.LedgerServiceClient) error {
			resp, err := ledger.GetTransfer(c.Context(), &settlementv1.GetTransferRequest{Name: args[0]})
			if err != nil {
				return err
			}
			return printTransfer(env, *format, resp.GetTransfer())
		})
	}
	return c
}

func newTransferList(env *environment) *cobra.Command {
	req := &settlementv1.ListTransfersRequest{}
	c := &cobra.Command{
		Use:   "list",
		Short: "List all transfers in the order in which they were made, for auditors",
		Args:  cobra.NoArgs,
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withLedger(devstack.Operator, func(ledger settlementv1.LedgerServiceClient) error {
			resp, err := ledger.ListTransfers(c.Context(), req)
			if err != nil {
				return err
			}
			for _, t := range resp.GetTransfers() {
				if err := printTransfer(env, *format, t); err != nil {
					return err
				}
			}
			if next := resp.GetNextPageToken(); next != "" && *format != outputJSON {
				env.printf("more: --page-token %s\n", next)
			}
			return nil
		})
	}
	c.Flags().Int32Var(&req.PageSize, "page-size", 50, "transfers to show, at most 1000")
	c.Flags().StringVar(&req.PageToken, "page-token", "", "where the last page ended")
	return c
}

func newTransferReverse(env *environment) *cobra.Command {
	req := &settlementv1.ReverseTransferRequest{}
	c := &cobra.Command{
		Use:   "reverse TRANSFER",
		Short: "Make the opposite of a transfer, when a second person asks for it, too",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req.Name = args[0]
			return env.withLedger(devstack.Operator, func(ledger settlementv1.LedgerServiceClient) error {
				resp, err := ledger.ReverseTransfer(c.Context(), req)
				if err != nil {
					return err
				}
				if resp.GetReversal() == "" {
					env.printf("proposed; a second person has to ask for the same\n")
					return nil
				}
				env.printf("%s is reversed by %s\n", req.GetName(), resp.GetReversal())
				return nil
			})
		},
	}
	c.Flags().StringVar(&req.Cause, "cause", "", "why, as the members' statements show it")
	_ = c.MarkFlagRequired("cause")
	return c
}

func printTransfer(env *environment, format outputFormat, t *settlementv1.Transfer) error {
	if format == outputJSON {
		return printProto(env, t)
	}
	env.printf("%s  %s  %s  %s\n", t.GetCreateTime().AsTime().Format("2006-01-02 15:04:05"), t.GetName(), t.GetKind(), t.GetDescription())
	for _, p := range t.GetPostings() {
		env.printf("  %12s  %s\n", p.GetAmount(), p.GetAccount())
	}
	return nil
}

func (e *environment) withLedger(profile string, f func(settlementv1.LedgerServiceClient) error) error {
	conn, closeConn, err := e.connect(profile, "settlement")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(settlementv1.NewLedgerServiceClient(conn))
}
