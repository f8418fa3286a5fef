package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func newCredit(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "credit", Short: "Agree on credit, draw and repay it"}
	c.AddCommand(newCreditContract(env), newCreditLine(env), newCreditDraw(env), newCreditRepay(env), newCreditLoans(env))
	return c
}

func newCreditContract(env *environment) *cobra.Command {
	req := &settlementv1.SetCreditContractRequest{RequestId: uuid.NewString(), Terms: &settlementv1.CreditTerms{}}
	c := &cobra.Command{
		Use: "contract MEMBER", Short: "Record what was agreed with a member, for loans from now on", Args: cobra.ExactArgs(1),
		Example: "  pcc credit contract garage --cap 1000 --grace-days 30 --fee-ppm 5000 --interest-ppm 150 --penalty-ppm 300 --max-penalty-ppm 100000",
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		req.Member = "members/" + args[0]
		return env.withCredit(devstack.Operator, func(credit settlementv1.CreditServiceClient) error {
			resp, err := credit.SetCreditContract(c.Context(), req)
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp.GetContract())
			}
			env.printf("version %d of the contract with %s: up to %s\n", resp.GetContract().GetVersion(), req.GetMember(), resp.GetContract().GetTerms().GetCap())
			return nil
		})
	}
	t := req.GetTerms()
	c.Flags().StringVar(&t.Cap, "cap", "", "the most that the member may owe, in PCC_token")
	c.Flags().Int32Var(&t.GraceDays, "grace-days", 30, "days within which a loan is to be repaid")
	c.Flags().Uint32Var(&t.FeePpm, "fee-ppm", 0, "fee on each loan, in parts per million")
	c.Flags().Uint32Var(&t.InterestPpm, "interest-ppm", 0, "interest a day, in parts per million of what is owed")
	c.Flags().Uint32Var(&t.PenaltyPpm, "penalty-ppm", 0, "penalty a day after the grace days, in parts per million of what is owed")
	c.Flags().Uint32Var(&t.MaxPenaltyPpm, "max-penalty-ppm", 0, "most penalty in all, in parts per million of the principal")
	c.Flags().StringVar(&req.RequestId, "request-id", req.RequestId, "UUID of the request; the same one never makes two versions")
	_ = c.MarkFlagRequired("cap")
	return c
}

func newCreditLine(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "line", Short: "Show how much the member may owe, why, and what it owes", Args: cobra.NoArgs}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withCredit(payoutMember, func(credit settlementv1.CreditServiceClient) error {
			resp, err := credit.GetCreditLine(c.Context(), &settlementv1.GetCreditLineRequest{})
			if err != nil {
				return err
			}
			line := resp.GetLine()
			if *format == outputJSON {
				return printProto(env, line)
			}
			env.printf("%s of %s may be owed, %s is owed, %s is left\n", line.GetLimit(), line.GetContract().GetTerms().GetCap(), line.GetOwed(), line.GetAvailable())
			for _, reason := range line.GetReasons() {
				env.printf("  %s\n", reason)
			}
			return printLoans(env, line.GetLoans())
		})
	}
	return c
}

func newCreditDraw(env *environment) *cobra.Command {
	req := &settlementv1.DrawCreditRequest{RequestId: uuid.NewString()}
	c := &cobra.Command{Use: "draw", Short: "Have an amount lent to the member", Args: cobra.NoArgs, Example: "  pcc credit draw --amount 100"}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withCredit(payoutMember, func(credit settlementv1.CreditServiceClient) error {
			resp, err := credit.DrawCredit(c.Context(), req)
			if err != nil {
				return err
			}
			return printLoan(env, *format, resp.GetLoan())
		})
	}
	c.Flags().StringVar(&req.Amount, "amount", "", "amount in PCC_token, for example 100")
	c.Flags().StringVar(&req.RequestId, "request-id", req.RequestId, "UUID of the request; the same one never draws twice")
	_ = c.MarkFlagRequired("amount")
	return c
}

func newCreditRepay(env *environment) *cobra.Command {
	req := &settlementv1.RepayLoanRequest{RequestId: uuid.NewString()}
	c := &cobra.Command{Use: "repay LOAN", Short: "Pay a loan of the member back, or a part of it", Args: cobra.ExactArgs(1)}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		req.Name = args[0]
		return env.withCredit(payoutMember, func(credit settlementv1.CreditServiceClient) error {
			resp, err := credit.RepayLoan(c.Context(), req)
			if err != nil {
				return err
			}
			return printLoan(env, *format, resp.GetLoan())
		})
	}
	c.Flags().StringVar(&req.Amount, "amount", "", "the most to pay, in PCC_token; all that is owed by default")
	c.Flags().StringVar(&req.RequestId, "request-id", req.RequestId, "UUID of the request; the same one never pays twice")
	return c
}

func newCreditLoans(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "loans", Short: "List all loans of the member", Args: cobra.NoArgs}
	format, page := addOutput(c), addPages(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withCredit(payoutMember, func(credit settlementv1.CreditServiceClient) error {
			resp, err := credit.ListLoans(c.Context(), &settlementv1.ListLoansRequest{PageSize: page.size, PageToken: page.token})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			tellNext(c, resp.GetNextPageToken())
			return printLoans(env, resp.GetLoans())
		})
	}
	return c
}

func printLoan(env *environment, format outputFormat, l *settlementv1.Loan) error {
	if format == outputJSON {
		return printProto(env, l)
	}
	return printLoans(env, []*settlementv1.Loan{l})
}

func printLoans(env *environment, loans []*settlementv1.Loan) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "loan\tprincipal\towed\tcharges\tdue\trepaid")
	for _, l := range loans {
		repaid := "-"
		if l.GetRepayTime() != nil {
			repaid = l.GetRepayTime().AsTime().Format(time.DateOnly)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n",
			l.GetName(), l.GetPrincipal(), l.GetOutstanding(), l.GetCharges(), l.GetDueTime().AsTime().Format(time.DateOnly), repaid)
	}
	return w.Flush()
}

func (e *environment) withCredit(profile string, f func(settlementv1.CreditServiceClient) error) error {
	conn, closeConn, err := e.connect(profile, "settlement")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(settlementv1.NewCreditServiceClient(conn))
}
