package cli

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/devstack"
	"github.com/pcc-platform/pcc/internal/rpc"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// watchRetries bounds the streams opened again in a row without an answer of one.
const watchRetries = 10

// maxAcknowledged bounds the alerts of one command.
const maxAcknowledged = 1000

func newAlerts(env *environment) *cobra.Command {
	var follow bool
	var after int64
	req := &ingestv1.ListAlertsRequest{}
	c := &cobra.Command{
		Use:   "alerts",
		Short: "Show what is alarming about the member's vehicles, watch it, or acknowledge it",
		Long: "Lists the newest alerts of the passports that the member enrolled or sent events of. With --watch it goes on until it is\n" +
			"interrupted, from --after on; the first column is the position to go on from.",
		Example: "  pcc alerts --unacknowledged\n  pcc alerts ack alerts/0199e9d4-0000-7000-8000-000000000001",
		Args:    cobra.NoArgs,
	}
	format, page := addOutput(c), addPages(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return env.withAlerts(func(client ingestv1.AlertServiceClient) error {
			if follow {
				return env.watchAlerts(c, client, after)
			}
			req.PageSize, req.PageToken = page.size, page.token
			return env.listAlerts(c, client, req, *format)
		})
	}
	c.Flags().StringVar(&req.Passport, "passport", "", "only those of one, for example passports/0199e9d4-0000-7000-8000-000000000001")
	c.Flags().BoolVar(&req.Unacknowledged, "unacknowledged", false, "only those that nobody of the member has acknowledged")
	c.Flags().BoolVar(&follow, "watch", false, "wait for alerts")
	c.Flags().Int64Var(&after, "after", 0, "with --watch: only alerts after this position")
	for _, ofList := range []string{"passport", "unacknowledged", "output", "page-size", "page-token"} {
		c.MarkFlagsMutuallyExclusive(ofList, "watch")
	}
	c.AddCommand(newAlertsAck(env))
	return c
}

func newAlertsAck(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:     "ack ALERT...",
		Short:   "Record that the member has taken note of alerts",
		Long:    "Records who took note of each alert, and when. The first of a member stands until the alert is opened again; another\nmember does not see it.",
		Example: "  pcc alerts ack --profile oem-admin alerts/0199e9d4-0000-7000-8000-000000000001",
		Args:    cobra.RangeArgs(1, maxAcknowledged),
	}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return env.withAlerts(func(client ingestv1.AlertServiceClient) error {
			for _, name := range args {
				resp, err := client.AcknowledgeAlert(c.Context(), &ingestv1.AcknowledgeAlertRequest{RequestId: uuid.NewString(), Name: name})
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				if *format == outputJSON {
					if err := printProto(env, resp.GetAlert()); err != nil {
						return err
					}
					continue
				}
				env.printf("%s acknowledged %s\n", name, acknowledged(resp.GetAlert()))
			}
			return nil
		})
	}
	return c
}

// withAlerts runs f as an administrator of a member, the insurer's when no profile is named.
func (e *environment) withAlerts(f func(ingestv1.AlertServiceClient) error) error {
	conn, closeConn, err := e.connect(devstack.AdminProfile("insurer"), "ingest")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(ingestv1.NewAlertServiceClient(conn))
}

func (e *environment) listAlerts(c *cobra.Command, client ingestv1.AlertServiceClient, req *ingestv1.ListAlertsRequest, format outputFormat) error {
	page, err := client.ListAlerts(c.Context(), req)
	if err != nil {
		return err
	}
	if format == outputJSON {
		return printProto(e, page)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "position\traised\tkind\tstate\tacknowledged\tpassport\tcause\tevidence\talert")
	for _, a := range page.GetAlerts() {
		_, _ = fmt.Fprintln(w, alertLine(a))
	}
	tellNext(c, page.GetNextPageToken())
	return w.Flush()
}

// watchAlerts prints alerts as they come, and opens the stream again where it stood when the server ends it.
func (e *environment) watchAlerts(c *cobra.Command, client ingestv1.AlertServiceClient, after int64) error {
	for retries := 0; ; retries++ {
		stream, err := client.WatchAlerts(c.Context(), &ingestv1.WatchAlertsRequest{AfterPosition: after})
		for err == nil {
			var resp *ingestv1.WatchAlertsResponse
			if resp, err = stream.Recv(); err != nil {
				break
			}
			retries, after = 0, resp.GetPosition()
			if a := resp.GetAlert(); a != nil {
				e.printf("%s\n", alertLine(a))
			}
		}
		if c.Context().Err() != nil {
			return nil //nolint:nilerr // interrupted, as it is meant to be
		}
		err = rpc.FromStatus(err)
		if failure := apperr.As(err); failure == nil || failure.Kind != apperr.Unavailable || retries >= watchRetries {
			return errors.Join(fmt.Errorf("continue with --after %d", after), err)
		}
		pause := time.NewTimer(time.Second)
		select {
		case <-pause.C:
		case <-c.Context().Done():
			pause.Stop()
		}
	}
}

func alertLine(a *ingestv1.Alert) string {
	kind := strings.TrimPrefix(a.GetKind().String(), "ALERT_KIND_")
	if a.GetCampaign() != "" {
		kind += " " + a.GetCampaign()
	}
	return strings.Join([]string{
		fmt.Sprint(a.GetPosition()), a.GetRaiseTime().AsTime().Format(time.RFC3339), kind,
		strings.TrimPrefix(a.GetState().String(), "ALERT_STATE_"), acknowledged(a), a.GetPassport(), a.GetCause(), a.GetEvidence(), a.GetName(),
	}, "\t")
}

// acknowledged says who took note of an alert, and when.
func acknowledged(a *ingestv1.Alert) string {
	if a.GetAcknowledgeTime() == nil {
		return "-"
	}
	return a.GetAcknowledgeTime().AsTime().Format(time.RFC3339) + " by " + a.GetAcknowledgedBy()
}
