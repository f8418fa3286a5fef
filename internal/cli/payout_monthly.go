package cli

import (
	"github.com/spf13/cobra"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func newPayoutMonthly(env *environment) *cobra.Command {
	order := &settlementv1.StandingPayout{}
	var end bool
	c := &cobra.Command{
		Use:   "monthly",
		Short: "Have the member paid out after the end of each month, or show the order",
		Long: "With --iban, what is available at the end of a month, less --keep, is requested as a payout soon after; the order replaces the one\n" +
			"before. With --end there is none any more. Without either the order is shown.",
		Example: `  pcc payout monthly --name "Garage du Lac" --iban FR1420041010050500013M02606 --keep 500`,
		Args:    cobra.NoArgs,
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		conn, closeConn, err := env.connect(payoutMember, "settlement")
		if err != nil {
			return err
		}
		defer closeConn()
		client := settlementv1.NewStandingPayoutServiceClient(conn)
		switch {
		case end:
			if _, err := client.DeleteStandingPayout(c.Context(), &settlementv1.DeleteStandingPayoutRequest{}); err != nil {
				return err
			}
			env.printf("the member is not paid out each month any more\n")
			return nil
		case order.Iban != "":
			resp, err := client.SetStandingPayout(c.Context(), &settlementv1.SetStandingPayoutRequest{StandingPayout: order})
			if err != nil {
				return err
			}
			return printProto(env, resp.GetStandingPayout())
		default:
			resp, err := client.GetStandingPayout(c.Context(), &settlementv1.GetStandingPayoutRequest{})
			if err != nil {
				return err
			}
			return printProto(env, resp.GetStandingPayout())
		}
	}
	c.Flags().StringVar(&order.CreditorName, "name", "", "holder of the account, as its bank knows it")
	c.Flags().StringVar(&order.Iban, "iban", "", "account, in capitals and without spaces")
	c.Flags().StringVar(&order.Bic, "bic", "", "the account's bank; not needed within SEPA")
	c.Flags().StringVar(&order.Keep, "keep", "0", "euro that stay available")
	c.Flags().BoolVar(&end, "end", false, "end the order")
	c.MarkFlagsMutuallyExclusive("end", "iban")
	c.MarkFlagsRequiredTogether("name", "iban")
	return c
}
