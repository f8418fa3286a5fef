package cli

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

func newRecall(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "recall", Short: "Issue a maker's recalls, and see which vehicles they reached"}
	c.AddCommand(newRecallIssue(env), newRecallList(env), newRecallGet(env))
	return c
}

func newRecallIssue(env *environment) *cobra.Command {
	var vins, manufacturers []string
	var file string
	req := &registryv1.IssueRecallRequest{RequestId: uuid.NewString()}
	c := &cobra.Command{
		Use:   "issue",
		Short: "Begin a recall of vehicles by ranges of VINs, numbers of installed parts, or both",
		Long: "The platform looks for the vehicles: those there are, and those enrolled later. Whoever has to do with one gets an alert,\n" +
			"and each passport a RecallIssued event.\n\n" +
			"A range is \"FIRST to LAST\", or one whole VIN. The characters * # ? and . stand for any. Ends of 6 to 16 characters are the\n" +
			"ends of VINs and need --manufacturer.\n\n" +
			"--ranges reads a CSV file with a header: columns \"VIN Start\" (or start) and \"VIN End\" (or end), optionally manufacturers,\n" +
			"parted by spaces. If it has a column \"Recalls Number\" (or campaign), other campaigns' rows are passed over; so are rows\n" +
			"without a VIN.",
		Example: "  pcc recall issue --campaign R/2014/049 --defect \"The steering may lock\" --vins \"VNKKG9#3#0A001017 to VNKKG9#3#0A216603\"\n" +
			"  pcc recall issue --campaign R/26/7 --vins \"740405 to 872978\" --manufacturer SMT --part \"5QE 919 790\"\n" +
			"  pcc recall issue --campaign R/2014/049 --ranges register.csv",
		Args: cobra.NoArgs,
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		ranges, err := statedRanges(vins, file, req.GetCampaign())
		if err != nil {
			return err
		}
		if len(ranges) == 0 && len(req.GetPartNumbers()) == 0 {
			return errors.New("name vehicles by --vins, --ranges or --part")
		}
		req.Ranges = vinRanges(ranges, manufacturers)
		return env.withRecalls(func(recalls registryv1.RecallServiceClient) error {
			resp, err := recalls.IssueRecall(c.Context(), req)
			if err != nil {
				return locate(err, ranges)
			}
			if *format == outputJSON {
				return printProto(env, resp.GetRecall())
			}
			env.printf("%s\n", resp.GetRecall().GetName())
			return nil
		})
	}
	c.Flags().StringVar(&req.Campaign, "campaign", "", "the maker's own number; RecallPerformed events name it")
	c.Flags().StringVar(&req.Defect, "defect", "", "what is wrong, in one sentence")
	c.Flags().StringArrayVar(&vins, "vins", nil, "a range of VINs; may be repeated")
	c.Flags().StringVar(&file, "ranges", "", "a CSV file of ranges")
	c.Flags().StringSliceVar(&manufacturers, "manufacturer", nil, "world manufacturer identifier to which ranges without their own are confined; may be repeated")
	c.Flags().StringArrayVar(&req.PartNumbers, "part", nil, "number of a part; may be repeated")
	_ = c.MarkFlagRequired("campaign")
	return c
}

func newRecallList(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "list",
		Short: "List the member's recalls, the last issued first",
		Args:  cobra.NoArgs,
	}
	format, page := addOutput(c), addPages(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withRecalls(func(recalls registryv1.RecallServiceClient) error {
			resp, err := recalls.ListRecalls(c.Context(), &registryv1.ListRecallsRequest{PageSize: page.size, PageToken: page.token})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "recall\tcampaign\tissued\tsearched\tby ranges\tdefect")
			for _, r := range resp.GetRecalls() {
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", r.GetName(), r.GetCampaign(), r.GetCreateTime().AsTime().Format(time.RFC3339),
					searched(r), r.GetMatchedPassports(), r.GetDefect())
			}
			tellNext(c, resp.GetNextPageToken())
			return w.Flush()
		})
	}
	return c
}

func newRecallGet(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:     "get RECALL",
		Short:   "Show a recall with its ranges and parts, and how many vehicles it reached",
		Example: "  pcc recall get recalls/14abd63d-3b67-4a9f-b8f5-1e6c197498db",
		Args:    cobra.ExactArgs(1),
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return env.withRecalls(func(recalls registryv1.RecallServiceClient) error {
			resp, err := recalls.GetRecall(c.Context(), &registryv1.GetRecallRequest{Name: args[0]})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp.GetRecall())
			}
			printRecall(env, resp.GetRecall())
			return nil
		})
	}
	return c
}

func printRecall(env *environment, r *registryv1.Recall) {
	env.printf("recall    %s\ncampaign  %s\ndefect    %s\nissued    %s by %s\nsearched  %s\nfound     %d passports by ranges\n", r.GetName(),
		r.GetCampaign(), r.GetDefect(), r.GetCreateTime().AsTime().Format(time.RFC3339), r.GetIssuedBy(), searched(r), r.GetMatchedPassports())
	for _, v := range r.GetRanges() {
		env.printf("range     %s\n", rangeLine(v))
	}
	for _, number := range r.GetPartNumbers() {
		env.printf("part      %s\n", number)
	}
}

func rangeLine(v *vaultv1.VinRange) string {
	line := v.GetStart()
	if v.GetEnd() != "" {
		line += " to " + v.GetEnd()
	}
	if len(v.GetManufacturers()) > 0 {
		line += " of " + strings.Join(v.GetManufacturers(), ", ")
	}
	return line
}

// searched says when all vehicles that there were had been looked at.
func searched(r *registryv1.Recall) string {
	if r.GetSearchEndTime() == nil {
		return "not yet"
	}
	return r.GetSearchEndTime().AsTime().Format(time.RFC3339)
}

// withRecalls runs f as an administrator of a member, the maker's when no profile is named.
func (e *environment) withRecalls(f func(registryv1.RecallServiceClient) error) error {
	conn, closeConn, err := e.connect(devstack.AdminProfile("oem"), "registry")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(registryv1.NewRecallServiceClient(conn))
}
