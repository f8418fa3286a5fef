package cli

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/rpc"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	// alertsShown is how many of the newest alerts are listed.
	alertsShown = 100
	// watchRetries bounds the streams opened again in a row without an answer of one.
	watchRetries = 10
)

func newAlerts(env *environment) *cobra.Command {
	var passport string
	var follow bool
	var after int64
	c := &cobra.Command{
		Use:   "alerts",
		Short: "Show what is alarming about the member's vehicles, or watch it",
		Long: "Lists the newest alerts of the passports that the member enrolled or sent events of. With --watch it goes on until it is\n" +
			"interrupted, from --after on; the first column is the position to go on from.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conn, closeConn, err := env.connect("insurer-admin", "ingest")
			if err != nil {
				return err
			}
			defer closeConn()
			client := ingestv1.NewAlertServiceClient(conn)
			if follow {
				return env.watchAlerts(c, client, after)
			}
			page, err := client.ListAlerts(c.Context(), &ingestv1.ListAlertsRequest{Passport: passport, PageSize: alertsShown})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "position\traised\tkind\tstate\tpassport\tcause\tevidence")
			for _, a := range page.GetAlerts() {
				_, _ = fmt.Fprintln(w, alertLine(a))
			}
			return w.Flush()
		},
	}
	c.Flags().StringVar(&passport, "passport", "", "only those of one, for example passports/0199e9d4-0000-7000-8000-000000000001")
	c.Flags().BoolVar(&follow, "watch", false, "wait for alerts")
	c.Flags().Int64Var(&after, "after", 0, "with --watch: only alerts after this position")
	c.MarkFlagsMutuallyExclusive("passport", "watch")
	return c
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
		strings.TrimPrefix(a.GetState().String(), "ALERT_STATE_"), a.GetPassport(), a.GetCause(), a.GetEvidence(),
	}, "\t")
}
