package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// testVerdicts turns a counter back, buys the report and the proof document, and computes the verdict anew from them as a member
// can that has left: also with a report that was changed, and with a document that withholds some.
func testVerdicts(t *testing.T, w *world) {
	passport := w.newPassport(t, w.garage)
	for i, read := range []struct {
		caller         *caller.Caller
		member         string
		monthsAgo, kms int
	}{
		{w.garage, "garage", 20, 100_000}, {w.oem, "oem", 18, 103_000}, {w.garage, "garage", 16, 106_000},
		{w.oem, "oem", 10, 41_000}, {w.garage, "garage", 6, 45_000}, {w.oem, "oem", 2, 49_000},
	} {
		sent, err := event.New(newID(), "/members/"+read.member+"/e2e", passport, time.Now().AddDate(0, -read.monthsAgo, 0), &eventsv1.OdometerReading{
			Odometer: &eventsv1.Odometer{
				RawValue: fmt.Sprint(read.kms), RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE, Provenance: eventsv1.Provenance_PROVENANCE_GARAGE_SYSTEM,
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read.caller.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{sent}}); err != nil {
			t.Fatal(i, err)
		}
	}
	w.mint(t, "insurer", "50.00")
	folder := t.TempDir()
	report, file := boughtReport(t, w, passport, 6), filepath.Join(folder, "report.json")
	writeReport(t, file, report)
	export := func(to string, flags ...string) []string {
		return append([]string{"export", passport, "--profile", "insurer-admin", "--read", report.GetReceipt().GetName(), "-o", to}, flags...)
	}
	await.Until(t, settleTime, func(ctx context.Context) string { // what is journaled is anchored a little later
		if _, problem, err := w.stack.Try(ctx, nil, export(filepath.Join(folder, "proof.json"))...); err != nil {
			return problem
		}
		out, problem, err := w.stack.Try(ctx, nil, "replay", "verdicts", folder)
		if err != nil || strings.Count(out, " 0 differences") != 2 || !strings.Contains(out, "odometer: rollback_established") {
			return out + problem
		}
		return ""
	})
	report.OdometerVerdict.Verdict = ingestv1.Verdict_VERDICT_CONSISTENT
	writeReport(t, file, report)
	if out, _, err := w.stack.Try(t.Context(), nil, "replay", "verdicts", folder); err == nil || !strings.Contains(out, "VERDICT_CONSISTENT") {
		t.Errorf("a forged verdict: %v\n%s", err, out)
	}
	part := filepath.Join(t.TempDir(), "part.json")
	w.stack.Run(t, export(part, "--withhold", "odometer")...)
	if _, problem, err := w.stack.Try(t.Context(), nil, "replay", "verdicts", part); err == nil || !strings.Contains(problem, "the verdict cannot be replayed") {
		t.Errorf("a class withheld: %v\n%s", err, problem)
	}
}

// boughtReport buys reports until one has all events.
func boughtReport(t *testing.T, w *world, passport string, events int) (report *registryv1.ReadReportResponse) {
	t.Helper()
	await.Until(t, settleTime, func(ctx context.Context) (missing string) {
		var err error
		if report, err = w.insurer.Reports.ReadReport(ctx, &registryv1.ReadReportRequest{RequestId: newID(), Passport: passport}); err != nil {
			return err.Error()
		}
		if n := len(report.GetEvents()); n != events {
			return fmt.Sprintf("%d of %d events", n, events)
		}
		return ""
	})
	return report
}

// writeReport writes a report as `pcc report --json` does.
func writeReport(t *testing.T, file string, report *registryv1.ReadReportResponse) {
	t.Helper()
	text, err := protojson.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
