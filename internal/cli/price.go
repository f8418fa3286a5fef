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

func newPrice(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "price", Short: "Look up, set and be promised the prices of products"}
	c.AddCommand(newPriceList(env), newPriceHistory(env), newPriceSet(env), newPriceQuote(env))
	return c
}

func newPriceList(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List the prices in force", Args: cobra.NoArgs}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		conn, closeConn, err := env.connect(payoutMember, "settlement")
		if err != nil {
			return err
		}
		defer closeConn()
		resp, err := settlementv1.NewSettlementServiceClient(conn).ListPrices(c.Context(), &settlementv1.ListPricesRequest{})
		if err != nil {
			return err
		}
		if *format == outputJSON {
			return printProto(env, resp)
		}
		return printPrices(env, resp.GetPrices())
	}
	return c
}

func newPriceHistory(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use: "history PRODUCT", Short: "List all versions of a product's price, the last one first", Args: cobra.ExactArgs(1),
		Example: "  pcc price history passport-report",
	}
	format, page := addOutput(c), addPages(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return env.withPrices(payoutMember, func(prices settlementv1.PriceServiceClient) error {
			resp, err := prices.ListPriceVersions(c.Context(), &settlementv1.ListPriceVersionsRequest{
				Parent: "prices/" + args[0], PageSize: page.size, PageToken: page.token,
			})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			tellNext(c, resp.GetNextPageToken())
			return printPrices(env, resp.GetPrices())
		})
	}
	return c
}

func printPrices(env *environment, prices []*settlementv1.Price) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "product\tversion\tprice\tfrom")
	for _, p := range prices {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", p.GetProduct(), p.GetVersion(), p.GetAmount(), p.GetEffectiveDate())
	}
	return w.Flush()
}

func newPriceSet(env *environment) *cobra.Command {
	req := &settlementv1.SetPriceRequest{RequestId: uuid.NewString()}
	c := &cobra.Command{
		Use: "set PRODUCT", Short: "Set the price of a product from a day to come on", Args: cobra.ExactArgs(1),
		Example: "  pcc price set passport-report --amount 2.75 --from 2027-01-01",
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		req.Product = args[0]
		return env.withPrices(devstack.Operator, func(prices settlementv1.PriceServiceClient) error {
			resp, err := prices.SetPrice(c.Context(), req)
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp.GetPrice())
			}
			return printPrices(env, []*settlementv1.Price{resp.GetPrice()})
		})
	}
	c.Flags().StringVar(&req.Amount, "amount", "", "price in PCC_token, for example 2.75")
	c.Flags().StringVar(&req.EffectiveDate, "from", "", "first day on which it holds, YYYY-MM-DD in UTC")
	c.Flags().StringVar(&req.RequestId, "request-id", req.RequestId, "UUID of the request; the same one never sets two prices")
	_ = errors.Join(c.MarkFlagRequired("amount"), c.MarkFlagRequired("from"))
	return c
}

func newPriceQuote(env *environment) *cobra.Command {
	req := &settlementv1.QuoteReadRequest{RequestId: uuid.NewString()}
	c := &cobra.Command{
		Use: "quote PRODUCT", Short: "Be promised today's price of a product for 24 hours", Args: cobra.ExactArgs(1),
		Long: "Promises the member today's price, whatever becomes of the price list. `pcc report --quote` pays it.",
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		req.Product = args[0]
		return env.withPrices(payoutMember, func(prices settlementv1.PriceServiceClient) error {
			resp, err := prices.QuoteRead(c.Context(), req)
			if err != nil {
				return err
			}
			q := resp.GetQuote()
			if *format == outputJSON {
				return printProto(env, q)
			}
			env.printf("%s: %s for %s until %s\n", q.GetName(), q.GetAmount(), q.GetProduct(), q.GetExpireTime().AsTime().Format("2006-01-02 15:04:05"))
			return nil
		})
	}
	c.Flags().StringVar(&req.RequestId, "request-id", req.RequestId, "UUID of the request; the same one gives the same quote")
	return c
}

func (e *environment) withPrices(profile string, f func(settlementv1.PriceServiceClient) error) error {
	conn, closeConn, err := e.connect(profile, "settlement")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(settlementv1.NewPriceServiceClient(conn))
}
