package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func newCycle(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "cycle", Short: "Close cycles of the ledger, and list the closed ones"}
	c.AddCommand(newCycleClose(env), newCycleList(env))
	return c
}

func newCycleClose(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "close [CYCLE]",
		Short: "Close the open cycle now, ahead of midnight",
		Long: "Nothing is posted into a closed cycle any more; what comes late is in the next one. A cycle that is named, such as cycles/7,\n" +
			"and closed already is only shown.",
		Args: cobra.MaximumNArgs(1),
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return env.withCycles(devstack.Operator, func(cycles settlementv1.CycleServiceClient) error {
			req := &settlementv1.CloseCycleRequest{}
			if len(args) == 1 {
				req.Name = args[0]
			} else {
				list, err := cycles.ListCycles(c.Context(), &settlementv1.ListCyclesRequest{PageSize: 1})
				if err != nil {
					return err
				}
				req.Name = list.GetOpenCycle()
			}
			resp, err := cycles.CloseCycle(c.Context(), req)
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp.GetCycle())
			}
			return printCycles(env, []*settlementv1.Cycle{resp.GetCycle()})
		})
	}
	return c
}

func newCycleList(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List closed cycles, the last first", Args: cobra.NoArgs}
	format, page := addOutput(c), addPages(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withCycles(payoutMember, func(cycles settlementv1.CycleServiceClient) error {
			resp, err := cycles.ListCycles(c.Context(), &settlementv1.ListCyclesRequest{PageSize: page.size, PageToken: page.token})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			tellNext(c, resp.GetNextPageToken())
			return printCycles(env, resp.GetCycles())
		})
	}
	return c
}

func printCycles(env *environment, cycles []*settlementv1.Cycle) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "cycle\tended\ttotal\treserve\tunconfirmed\tcredit\tcovered")
	for _, c := range cycles {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%t\n", c.GetName(), c.GetEndTime().AsTime().Format(time.RFC3339),
			c.GetTotal(), c.GetReserve(), c.GetUnconfirmed(), c.GetCredit(), c.GetCovered())
	}
	return w.Flush()
}

func (e *environment) withCycles(profile string, f func(settlementv1.CycleServiceClient) error) error {
	conn, closeConn, err := e.connect(profile, "settlement")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(settlementv1.NewCycleServiceClient(conn))
}
