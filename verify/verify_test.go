package verify_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

func TestGoodDocument(t *testing.T) {
	w := newWorld(t)
	report, err := verifyWorld(t, w)
	if err != nil {
		t.Fatal(err)
	}
	cosigned := time.Date(2026, 1, 31, 11, 0, 5, 0, time.UTC)
	want := verify.Report{
		Passport: prooftest.Subject, EpochNumber: 3, EpochHash: w.Hash(t), CompleteUpTo: time.Date(2026, 1, 31, 11, 0, 0, 0, time.UTC),
		Lists: []verify.ListReport{
			{Class: "odometer", Count: 3, Shown: 3}, {Class: "usage"}, {Class: "battery"}, {Class: "workshop", Count: 1, Shown: 1},
			{Class: "inspection", Count: 2, Shown: 2}, {Class: "damage"}, {Class: "theft"}, {Class: "recall"}, {Class: "register"}, {Class: "note"},
		},
		EndorsedBy: []string{"GarageMSP", "InsurerMSP", "OemMSP"},
		CosignedBy: []verify.Cosigner{{"garage.example", cosigned}, {"insurer.example", cosigned}, {"oem.example", cosigned}},
		IndexSize:  3,
		Checks:     report.Checks, Claims: report.Claims, Limits: report.Limits,
	}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if len(report.Checks) != 5 || len(report.Claims) != 4 || len(report.Limits) != 6 {
		t.Errorf("report = %+v", report)
	}
	if of := report.OfVIN(); len(of.Checks) != 6 || len(of.Limits) != 5 || len(report.Limits) != 6 {
		t.Errorf("report of a VIN = %+v", of)
	}
	if age := report.Age(report.CompleteUpTo.Add(time.Hour)); age != time.Hour || report.Events() != 6 || report.Shown() != 6 {
		t.Errorf("age %s, %d events, %d shown", age, report.Events(), report.Shown())
	}
}

// TestWhiteSpaceIsFree also shows that a document may be reformatted.
func TestWhiteSpaceIsFree(t *testing.T) {
	w := newWorld(t)
	var compact bytes.Buffer
	if err := json.Compact(&compact, w.Encode(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := verify.Verify(compact.Bytes(), w.Trust, eventview.Decode); err != nil {
		t.Error(err)
	}
}

func TestAtLeastTheDemandedOrganisations(t *testing.T) {
	w := newWorld(t)
	w.Document.Epoch.Endorsements = w.Document.Epoch.Endorsements[:2]
	if _, err := verifyWorld(t, w); err != nil {
		t.Errorf("two of three: %v", err)
	}
	w.Trust.MSPs = w.Trust.MSPs[1:]
	if _, err := verifyWorld(t, w); verify.ReasonOf(err) != verify.ReasonTooFewEndorsements {
		t.Errorf("one trusted: %v", err)
	}
	w.Trust.MinEndorsements = 1
	report, err := verifyWorld(t, w)
	if err != nil || len(report.EndorsedBy) != 1 || len(report.NotCounted) != 1 || report.NotCounted[0] != "GarageMSP" {
		t.Errorf("report = %+v, %v", report, err)
	}
}

// TestAReaderWithoutWitnesses is told what that means.
func TestAReaderWithoutWitnesses(t *testing.T) {
	w := newWorld(t)
	w.Document.Index.Note = w.NoteAt(t, 3)
	if _, err := verifyWorld(t, w); verify.ReasonOf(err) != verify.ReasonTooFewCosignatures {
		t.Errorf("no witness, two demanded: %v", err)
	}
	w.Trust.MinCosignatures = 0
	report, err := verifyWorld(t, w)
	if err != nil || len(report.CosignedBy) != 0 || !strings.Contains(strings.Join(report.Limits, "\n"), "no witness") {
		t.Errorf("report = %+v, %v", report, err)
	}
}

// TestWithheldEventsAreCounted hides a class but for its length and single events.
func TestWithheldEventsAreCounted(t *testing.T) {
	w := newWorld(t)
	w.WithholdAll(t, &w.Document, 3, "inspection")
	prooftest.Withhold(prooftest.List(&w.Document, "odometer"), 0, 2)
	report, err := verifyWorld(t, w)
	if err != nil {
		t.Fatal(err)
	}
	want := []verify.ListReport{{Class: "odometer", Count: 3, Shown: 1}, {Class: "inspection", Count: 2}}
	if diff := cmp.Diff(want, []verify.ListReport{report.Lists[0], report.Lists[4]}); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	if report.Events() != 6 || report.Shown() != 2 || len(report.Limits) != 7 {
		t.Errorf("report %+v", report)
	}
}

// TestAnEmptyPassportIsProven shows a vehicle that the map does not know.
func TestAnEmptyPassportIsProven(t *testing.T) {
	w := newWorld(t)
	w.Document = w.DocumentAt(t, 3, "passports/0199e9d4-0000-7000-8000-000000000003")
	report, err := verifyWorld(t, w)
	if err != nil || report.Events() != 0 || len(report.Limits) != 7 {
		t.Errorf("report %+v, %v", report, err)
	}
}
