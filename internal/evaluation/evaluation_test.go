package evaluation_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/evaluation"
	"github.com/pcc-platform/pcc/internal/simulator"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// The aims, on simulated vehicles at the published rates.
const (
	vehicles     = 60_000
	aimPrecision = 0.95
	aimRecall    = 0.90
)

func TestRollbacksAreFoundAndNothingElseIsCalledOne(t *testing.T) {
	m, err := evaluation.Simulate(t.Context(), adjudication.DefaultPolicy(), simulator.New(1, simulator.DefaultRates()), vehicles)
	if err != nil {
		t.Fatal(err)
	}
	precision, recall := m.Rollbacks()
	if precision.Precision() < aimPrecision || recall.Recall() < aimRecall {
		t.Errorf("precision %.3f, recall %.3f", precision.Precision(), recall.Recall())
	}
	for _, c := range []simulator.Class{simulator.Clean, simulator.Sentinel, simulator.UnitSlip, simulator.Rollover, simulator.Stale} {
		if n := m.Count(c, adjudication.RollbackSuspected) + m.Count(c, adjudication.RollbackEstablished); n > 0 {
			t.Errorf("%d vehicles of class %s are called rolled back", n, c)
		}
	}
	// By its priors the simulator must look like what is published, or else the figures above mean nothing.
	reference, _ := m.Reference()
	if p := reference.Precision(); p < 0.18 || p > 0.24 {
		t.Errorf("any decrease is fraud with precision %.3f, published is 0.21", p)
	}
	if share := float64(reference.Found) / vehicles; share < 0.05 || share > 0.07 {
		t.Errorf("%.3f of the vehicles have a decrease, published are 0.059", share)
	}
	if t.Failed() {
		t.Log("\n" + m.String())
	}
}

// With five times the errors the detector must not begin to see fraud.
func TestErrorsDoNotBecomeRollbacks(t *testing.T) {
	rates := simulator.DefaultRates().TimesErrors(5)
	m, err := evaluation.Simulate(t.Context(), adjudication.DefaultPolicy(), simulator.New(2, rates), vehicles/4)
	if err != nil {
		t.Fatal(err)
	}
	if precision, _ := m.Rollbacks(); precision.Precision() < 0.93 {
		t.Errorf("precision %.3f\n%s", precision.Precision(), m.String())
	}
}

func TestRunPrintsTables(t *testing.T) {
	opts := evaluation.DefaultOptions()
	opts.Vehicles, opts.DataDir, opts.Show = 500, t.TempDir(), 3
	sample := "test_id,vehicle_id,test_date,test_mileage\n1,7,2019-01-05,30000.0\n2,7,2020-01-05,37000.0\n3,7,2021-01-05,31000.0\n4,7,2022-01-05,46000.0\n"
	if err := os.Mkdir(opts.DataDir+"/uk_mot_sample", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(opts.DataDir+"/uk_mot_sample/uk_mot_2022_5rows.csv", []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := evaluation.Run(t.Context(), &out, opts); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"simulated vehicles", "rollbacks: precision", "any decrease is fraud", "British MOT tests: 1 vehicles, 4 readings, 1 vehicles with a decrease", "error_suspected"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestRunStopsWhenToldTo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := evaluation.Run(ctx, new(bytes.Buffer), evaluation.DefaultOptions()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
