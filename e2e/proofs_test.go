package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// shownHistory is what of `pcc verify --json` these tests read.
type shownHistory struct {
	VINProven bool `json:"vin_proven"`
	Lists     []struct {
		Class string `json:"class"`
		Count int    `json:"count"`
		Shown int    `json:"shown"`
	} `json:"lists"`
}

// testProofs exports a passport whole, in part, and for those who know the VIN, and reads the documents as others do.
func testProofs(t *testing.T, w *world) {
	vin := w.newVIN()
	passport, event := journalOne(t, w, vin)
	w.mint(t, "insurer", "50.00")
	report, err := w.insurer.Reports.ReadReport(t.Context(), &registryv1.ReadReportRequest{RequestId: newID(), Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	arguments := func(file string, flags ...string) []string {
		return append([]string{"export", passport, "--profile", "insurer-admin", "--read", report.GetReceipt().GetName(), "-o", file}, flags...)
	}
	whole := filepath.Join(t.TempDir(), "proof.json")
	await.Until(t, settleTime, func(ctx context.Context) string { // what is journaled is anchored a little later
		if _, problem, err := w.stack.Try(ctx, nil, arguments(whole)...); err != nil {
			return problem
		}
		return wantShown(verifyShown(t, w, whole, ""), 1, 1)
	})
	export := func(input string, flags ...string) (file string) {
		file = filepath.Join(t.TempDir(), "proof.json")
		w.stack.RunInput(t, strings.NewReader(input), arguments(file, flags...)...)
		return file
	}
	for what, part := range map[string]string{"class": "odometer", "event": event} {
		if wrong := wantShown(verifyShown(t, w, export("", "--withhold", part), ""), 1, 0); wrong != "" {
			t.Errorf("%s withheld: %s", what, wrong)
		}
	}
	known := export(vin, "--vin-stdin")
	if !verifyShown(t, w, known, vin).VINProven {
		t.Error("the VIN is not proven")
	}
	for what, c := range map[string]struct{ file, vin, reason string }{
		"another VIN":                 {known, w.newVIN(), "OTHER_VEHICLE"},
		"exported without the VIN":    {whole, vin, "TAG_PROOF_MISSING"},
		"not a VIN, on a good export": {known, "x", "OTHER_VEHICLE"},
	} {
		_, problem, err := w.stack.Try(t.Context(), strings.NewReader(c.vin), "verify", c.file, "--vin-stdin")
		if err == nil || !strings.Contains(problem, c.reason) {
			t.Errorf("%s: %v, %s", what, err, problem)
		}
	}
	w.stack.Run(t, "print", whole, "-o", filepath.Join(t.TempDir(), "passport.pdf"))
	w.proveEmptiness(t)
}

// proveEmptiness exports a passport that nobody has sent anything about.
func (w *world) proveEmptiness(t *testing.T) {
	t.Helper()
	passport, file := w.newPassport(t, w.garage), filepath.Join(t.TempDir(), "proof.json")
	report, err := w.insurer.Reports.ReadReport(t.Context(), &registryv1.ReadReportRequest{RequestId: newID(), Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	await.Until(t, settleTime, func(ctx context.Context) string { // the journal hears of the passport a little later
		_, problem, err := w.stack.Try(ctx, nil, "export", passport, "--profile", "insurer-admin", "--read", report.GetReceipt().GetName(), "-o", file)
		if err != nil {
			return problem
		}
		return wantShown(verifyShown(t, w, file, ""), 0, 0)
	})
}

// journalOne enrols a vehicle, sends one mileage and returns the event's place in the journal.
func journalOne(t *testing.T, w *world, vin string) (passport, position string) {
	t.Helper()
	bound, err := w.garage.Vault.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: vin})
	if err != nil {
		t.Fatal(err)
	}
	req := &registryv1.EnrolPassportRequest{RequestId: newID(), Passport: &registryv1.Passport{Vehicle: bound.GetVehicle()}}
	enrolled, err := w.garage.Passports.EnrolPassport(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	passport = enrolled.GetPassport().GetName()
	sent := reading(t, "garage", passport, newID(), "4242")
	if _, err := w.garage.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{sent}}); err != nil {
		t.Fatal(err)
	}
	await.Until(t, redeliveryTime, func(ctx context.Context) string {
		events, err := w.garage.Ingest.ListEvents(ctx, &ingestv1.ListEventsRequest{Parent: passport})
		if err != nil || len(events.GetEvents()) != 1 {
			return fmt.Sprintf("want one event, have %v, %v", events, err)
		}
		at := events.GetEvents()[0].GetPosition()
		position = fmt.Sprintf("%s/%d", at.GetStream(), at.GetSequence())
		return ""
	})
	return passport, position
}

func verifyShown(t *testing.T, w *world, file, vin string) (shown shownHistory) {
	t.Helper()
	args := []string{"verify", file, "--json"}
	if vin != "" {
		args = append(args, "--vin-stdin")
	}
	if err := json.Unmarshal([]byte(w.stack.RunInput(t, strings.NewReader(vin), args...)), &shown); err != nil {
		t.Fatal(err)
	}
	return shown
}

// wantShown wants so many mileages, and nothing of other classes.
func wantShown(h shownHistory, count, shown int) (wrong string) {
	for _, l := range h.Lists {
		if isOdometer := l.Class == "odometer"; isOdometer && (l.Count != count || l.Shown != shown) || !isOdometer && l.Count != 0 {
			wrong += fmt.Sprintf("%d of %d events of %s; ", l.Shown, l.Count, l.Class)
		}
	}
	return wrong
}
