package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// payoutMember is the profile of the member's own commands unless another is chosen.
const payoutMember = "insurer-admin"

func newPayout(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "payout", Short: "Have PCC_token paid out as euro"}
	c.AddCommand(
		newPayoutRequest(env), newPayoutList(env), newPayoutMonthly(env), newPayoutExport(env),
		newPayoutStep(env, "approve", "Approve a payout as the member's second person", payoutMember, approvePayout),
		newPayoutStep(env, "cancel", "Take back a payout of the member that was not exported", payoutMember, cancelPayout),
		newPayoutStep(env, "reject", "Give a payout back that the bank refused", devstack.Operator, rejectPayout),
	)
	return c
}

func newPayoutRequest(env *environment) *cobra.Command {
	req := &settlementv1.RequestPayoutRequest{RequestId: uuid.NewString()}
	c := &cobra.Command{
		Use:     "request",
		Short:   "Set an amount of the member aside to be paid to a bank account",
		Example: `  pcc payout request --amount 250.50 --name "Garage du Lac" --iban FR1420041010050500013M02606`,
		Args:    cobra.NoArgs,
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withPayouts(payoutMember, func(payouts settlementv1.PayoutServiceClient) error {
			resp, err := payouts.RequestPayout(c.Context(), req)
			if err != nil {
				return err
			}
			return printPayout(env, *format, resp.GetPayout())
		})
	}
	c.Flags().StringVar(&req.Amount, "amount", "", "amount in euro, for example 250.50")
	c.Flags().StringVar(&req.CreditorName, "name", "", "holder of the account, as its bank knows it")
	c.Flags().StringVar(&req.Iban, "iban", "", "account, in capitals and without spaces")
	c.Flags().StringVar(&req.Bic, "bic", "", "the account's bank; not needed within SEPA")
	c.Flags().StringVar(&req.RequestId, "request-id", req.RequestId, "UUID of the request; the same one never pays out twice")
	_ = errors.Join(c.MarkFlagRequired("amount"), c.MarkFlagRequired("name"), c.MarkFlagRequired("iban"))
	return c
}

func newPayoutList(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "list",
		Short: "List the member's payouts, the last requested first",
		Args:  cobra.NoArgs,
	}
	format, page := addOutput(c), addPages(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withPayouts(payoutMember, func(payouts settlementv1.PayoutServiceClient) error {
			resp, err := payouts.ListPayouts(c.Context(), &settlementv1.ListPayoutsRequest{PageSize: page.size, PageToken: page.token})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "payout\trequested\tamount\tstate\tto")
			for _, p := range resp.GetPayouts() {
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n",
					p.GetName(), p.GetCreateTime().AsTime().Format(time.RFC3339), p.GetAmount(), payoutState(p), p.GetIban())
			}
			tellNext(c, resp.GetNextPageToken())
			return w.Flush()
		})
	}
	return c
}

func newPayoutExport(env *environment) *cobra.Command {
	req := &settlementv1.ExportPayoutsRequest{RequestId: uuid.NewString()}
	var out string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write the payouts that wait into a message to the bank (pain.001)",
		Long: "Writes a pain.001.001.09 message of at most 1000 payments. Give it to the bank once: the payments in it count as asked for.\n" +
			"The same --request-id gives the same message again, if the file was lost.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return env.withPayouts(devstack.Operator, func(payouts settlementv1.PayoutServiceClient) error {
				resp, err := payouts.ExportPayouts(c.Context(), req)
				if err != nil {
					return err
				}
				if err := os.WriteFile(out, resp.GetDocument(), 0o600); err != nil {
					return fmt.Errorf("write message: %w; get it again by --request-id %s", err, req.GetRequestId())
				}
				env.printf("%s with %d payments is in %s; request id %s\n", resp.GetBatch(), resp.GetPayments(), out, req.GetRequestId())
				return nil
			})
		},
	}
	c.Flags().StringVar(&out, "out", "", "file to write")
	c.Flags().StringVar(&req.RequestId, "request-id", req.RequestId, "UUID of an earlier export to get its message again")
	_ = c.MarkFlagRequired("out")
	return c
}

// payoutStep is a call that changes one payout.
type payoutStep func(ctx context.Context, payouts settlementv1.PayoutServiceClient, name string) (*settlementv1.Payout, error)

func newPayoutStep(env *environment, use, short, profile string, step payoutStep) *cobra.Command {
	c := &cobra.Command{Use: use + " PAYOUT", Short: short, Args: cobra.ExactArgs(1)}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return env.withPayouts(profile, func(payouts settlementv1.PayoutServiceClient) error {
			p, err := step(c.Context(), payouts, args[0])
			if err != nil {
				return err
			}
			return printPayout(env, *format, p)
		})
	}
	return c
}

func approvePayout(ctx context.Context, payouts settlementv1.PayoutServiceClient, name string) (*settlementv1.Payout, error) {
	resp, err := payouts.ApprovePayout(ctx, &settlementv1.ApprovePayoutRequest{Name: name})
	return resp.GetPayout(), err
}

func cancelPayout(ctx context.Context, payouts settlementv1.PayoutServiceClient, name string) (*settlementv1.Payout, error) {
	resp, err := payouts.CancelPayout(ctx, &settlementv1.CancelPayoutRequest{Name: name})
	return resp.GetPayout(), err
}

func rejectPayout(ctx context.Context, payouts settlementv1.PayoutServiceClient, name string) (*settlementv1.Payout, error) {
	resp, err := payouts.RejectPayout(ctx, &settlementv1.RejectPayoutRequest{Name: name})
	return resp.GetPayout(), err
}

func printPayout(env *environment, format outputFormat, p *settlementv1.Payout) error {
	if format == outputJSON {
		return printProto(env, p)
	}
	env.printf("%s of %s is %s\n", p.GetName(), p.GetAmount(), payoutState(p))
	return nil
}

func payoutState(p *settlementv1.Payout) string {
	if p.GetNeedsApproval() {
		return "requested, needs a second person"
	}
	return strings.ToLower(strings.TrimPrefix(p.GetState().String(), "PAYOUT_STATE_"))
}

func (e *environment) withPayouts(profile string, f func(settlementv1.PayoutServiceClient) error) error {
	conn, closeConn, err := e.connect(profile, "settlement")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(settlementv1.NewPayoutServiceClient(conn))
}
