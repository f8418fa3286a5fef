package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const defect = "The tailgate may open while driving"

// testRecalls has a maker recall vehicles from the command line, of which one is enrolled before and one afterwards, just before
// the registry is killed; a third is not covered.
func testRecalls(t *testing.T, w *world) {
	first := w.vehicles.Load() + 1
	masked := func(n int64) string { return fmt.Sprintf("%s****%08d", vinPrefix[:5], n) }
	campaign := "E2E/" + newID()[:8]
	before := w.newPassport(t, w.garage)
	recall := strings.TrimSpace(w.stack.Run(t, "recall", "issue", "--campaign", campaign, "--defect", defect,
		"--vins", masked(first), "--vins", masked(first+2)+" to "+masked(first+3)))
	await.Until(t, settleTime, func(context.Context) string {
		if r := w.recall(t, recall); r.GetSearchEndTime() == nil || r.GetMatchedPassports() != 1 {
			return fmt.Sprintf("the search of the vault: %v", r)
		}
		return ""
	})
	other, after := w.newPassport(t, w.garage), w.newPassport(t, w.garage)
	if _, err := w.stack.Kill("registry"); err != nil {
		t.Fatal(err)
	}
	w.vehicles.Add(1) // the last of the range stays unused
	for _, passport := range []string{before, after} {
		await.Until(t, settleTime, func(ctx context.Context) string { return recalled(ctx, w.oem, passport, campaign) })
		acknowledgeRecall(t, w, passport, recall)
	}
	if r := w.recall(t, recall); r.GetMatchedPassports() != 2 || r.GetDefect() != defect || len(r.GetRanges()) != 2 {
		t.Errorf("the recall is %v", r)
	}
	if missing := recalled(t.Context(), w.oem, other, campaign); missing == "" {
		t.Error("a vehicle is recalled that the range does not cover")
	}
	buyerSeesRecall(t, w, after, campaign)
	recallsAreRefused(t, w, recall, campaign)
}

// recall asks the command line.
func (w *world) recall(t *testing.T, name string) *registryv1.Recall {
	t.Helper()
	r := &registryv1.Recall{}
	decode(t, w.stack.Run(t, "recall", "get", name, "--output", "json"), r)
	return r
}

func decode(t *testing.T, text string, m proto.Message) {
	t.Helper()
	if err := protojson.Unmarshal([]byte(text), m); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// recalled looks for the events of a passport that are recalls, among those of the maker.
func recalled(ctx context.Context, maker *caller.Caller, passport, campaign string) (missing string) {
	resp, err := maker.Ingest.ListEvents(ctx, &ingestv1.ListEventsRequest{Parent: passport})
	if err != nil {
		return err.Error()
	}
	if n := recallsOf(resp.GetEvents(), campaign); n != 1 {
		return fmt.Sprintf("%d recalls of %s in %v", n, campaign, resp)
	}
	return ""
}

func recallsOf(events []*ingestv1.Event, campaign string) (n int) {
	for _, e := range events {
		issued := &eventsv1.RecallIssued{}
		if e.GetCloudEvent().GetProtoData().UnmarshalTo(issued) == nil && issued.GetCampaign() == campaign && issued.GetDefect() == defect {
			n++
		}
	}
	return n
}

// acknowledgeRecall has the garage, which enrolled the vehicle, take note of its alert.
func acknowledgeRecall(t *testing.T, w *world, passport, recall string) {
	t.Helper()
	waiting := func() []*ingestv1.Alert {
		list := &ingestv1.ListAlertsResponse{}
		decode(t, w.stack.Run(t, "alerts", "--profile", "garage-admin", "--unacknowledged", "--passport", passport, "--output", "json"), list)
		return list.GetAlerts()
	}
	var alerts []*ingestv1.Alert
	await.Until(t, settleTime, func(context.Context) string {
		if alerts = waiting(); len(alerts) != 1 {
			return fmt.Sprintf("the alerts are %v", alerts)
		}
		return ""
	})
	if a := alerts[0]; a.GetCause() != recall || a.GetKind() != ingestv1.AlertKind_ALERT_KIND_RECALL_OPEN {
		t.Errorf("the alert is %v", a)
	}
	if out := w.stack.Run(t, "alerts", "ack", alerts[0].GetName(), "--profile", "garage-admin"); !strings.Contains(out, "by garage/admin") {
		t.Errorf("acknowledged: %s", out)
	}
	if left := waiting(); len(left) != 0 {
		t.Errorf("still waiting: %v", left)
	}
	got, again := &ingestv1.Alert{}, &ingestv1.Alert{}
	err := errors.Join(
		w.garage.REST.Call(t.Context(), "GET", "/v1/"+alerts[0].GetName(), nil, got),
		w.garage.REST.Call(t.Context(), "POST", "/v1/"+alerts[0].GetName()+":acknowledge", &ingestv1.AcknowledgeAlertRequest{RequestId: newID()}, again),
	)
	if err != nil || got.GetAcknowledgedBy() != "garage/admin" || !proto.Equal(got, again) {
		t.Errorf("over REST: %v, again %v, %v", got, again, err)
	}
}

func buyerSeesRecall(t *testing.T, w *world, passport, campaign string) {
	t.Helper()
	w.mint(t, "insurer", "100")
	report := &registryv1.ReadReportResponse{}
	if err := w.insurer.REST.Call(t.Context(), "POST", "/v1/"+passport+":report", &registryv1.ReadReportRequest{RequestId: newID()}, report); err != nil {
		t.Fatal(err)
	}
	if n := recallsOf(report.GetEvents(), campaign); n != 1 {
		t.Errorf("the buyer sees %d recalls: %v", n, report)
	}
}

func recallsAreRefused(t *testing.T, w *world, recall, campaign string) {
	t.Helper()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--campaign", campaign, "--part", "1"}, "RECALL_EXISTS"},
		{[]string{"--campaign", campaign + "b", "--vins", "ZZE2E****00000001", "--vins", "various"}, `--vins "various"`},
		{[]string{"--campaign", campaign + "b", "--vins", "740405 to 872978"}, "VIN_RANGE_INVALID"},
		{[]string{"--campaign", campaign + "b", "--part", "1", "--profile", "garage-admin"}, "RECALL_NOT_YOURS"},
	} {
		_, stderr, err := w.stack.Try(t.Context(), nil, append([]string{"recall", "issue"}, c.args...)...)
		if err == nil || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: %v, %s, want %s", c.args, err, stderr, c.want)
		}
	}
	if out := w.stack.Run(t, "recall", "list", "--page-size", "1"); !strings.Contains(out, recall) || !strings.Contains(out, defect) {
		t.Errorf("the list is %s", out)
	}
	if f := caller.FaultOf(w.garage.REST.Call(t.Context(), "GET", "/v1/"+recall, nil, nil)); f.Status != http.StatusNotFound || f.Reason != "RECALL_NOT_FOUND" {
		t.Errorf("another member's recall: %v", f)
	}
}
