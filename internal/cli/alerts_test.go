package cli

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/server"
)

// TestAlertsFromTheCommandLine lists alerts in pages and acknowledges one, against a real ingest service.
func TestAlertsFromTheCommandLine(t *testing.T) {
	s := stand.New(t, "ingest")
	s.Fake("registry", func(g *grpc.Server) { registryv1.RegisterPassportServiceServer(g, everyPassport{}) })
	oem := s.Member("oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	s.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		return server.New(ctx, server.Config{ServiceConfig: s.Config()}, p)
	})
	profile := profileOf(t, s, oem)
	recallTwo(t, ingestv1.NewIngestServiceClient(s.Dial(oem, "admin")), "/members/"+oem.ID+"/cloud")
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	watch, err := ingestv1.NewAlertServiceClient(s.Dial(oem, "admin")).WatchAlerts(ctx, &ingestv1.WatchAlertsRequest{})
	must(t, err)
	for range 2 {
		_, err := watch.Recv()
		must(t, err)
	}

	var page struct {
		Alerts        []struct{ Name, Campaign, AcknowledgedBy string }
		NextPageToken string
	}
	list := func(args ...string) {
		page.Alerts, page.NextPageToken = nil, ""
		must(t, json.Unmarshal([]byte(run(t, 0, append([]string{"--profile", profile, "alerts", "--output", "json"}, args...)...)), &page))
	}
	list("--page-size", "1")
	newest, token := page.Alerts[0].Name, page.NextPageToken
	if told := run(t, 0, "--profile", profile, "alerts", "--page-size", "1"); !strings.Contains(told, "--page-token "+token) ||
		!strings.Contains(told, newest) {
		t.Errorf("the table is %q", told)
	}
	list("--page-size", "1", "--page-token", token)
	if len(page.Alerts) != 1 || page.Alerts[0].Name == newest || page.NextPageToken != "" {
		t.Errorf("the second page is %+v", page)
	}
	if told := run(t, 0, "--profile", profile, "alerts", "ack", newest); !strings.Contains(told, "by "+oem.ID+"/admin") {
		t.Errorf("acknowledged: %q", told)
	}
	list("--unacknowledged")
	if len(page.Alerts) != 1 || page.Alerts[0].Name == newest {
		t.Errorf("not acknowledged: %+v", page)
	}
	list()
	if len(page.Alerts) != 2 || page.Alerts[0].AcknowledgedBy != oem.ID+"/admin" {
		t.Errorf("all: %+v", page)
	}
	if told := run(t, 1, "--profile", profile, "alerts", "ack", "alerts/"+uuid.NewString()); !strings.Contains(told, "ALERT_NOT_FOUND") {
		t.Errorf("an unknown one: %q", told)
	}
}

// recallTwo gives two vehicles an alert each.
func recallTwo(t *testing.T, ingest ingestv1.IngestServiceClient, source string) {
	t.Helper()
	req := &ingestv1.IngestEventsRequest{}
	for _, campaign := range []string{"A", "B"} {
		e, err := event.New(campaign, source, "passports/"+uuid.NewString(), time.Unix(1_700_000_000, 0), &eventsv1.RecallIssued{Campaign: campaign})
		must(t, err)
		req.Events = append(req.Events, e)
	}
	resp, err := ingest.IngestEvents(t.Context(), req)
	must(t, err)
	if resp.GetAcknowledgement().GetAccepted() != 2 {
		t.Fatal(resp)
	}
}
