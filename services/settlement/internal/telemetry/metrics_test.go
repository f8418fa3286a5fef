package telemetry_test

import (
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/telemetry"
)

func TestTransfersAreCountedByKind(t *testing.T) {
	reader := metric.NewManualReader()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
	m, err := telemetry.NewMetrics()
	if err != nil {
		t.Fatal(err)
	}
	m.TransferPosted(t.Context(), settlement.KindMint, 100)
	m.TransferPosted(t.Context(), settlement.KindHold, 20)
	m.TransferPosted(t.Context(), settlement.KindHold, 5)
	m.PegChecked(t.Context(), settlement.Peg{Owed: 70, Reserve: 50, Unconfirmed: 10})

	var got metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	sums := map[string]int64{}
	for _, instrument := range got.ScopeMetrics[0].Metrics {
		if gauge, ok := instrument.Data.(metricdata.Gauge[int64]); ok {
			sums[instrument.Name] = gauge.DataPoints[0].Value
			continue
		}
		for _, point := range instrument.Data.(metricdata.Sum[int64]).DataPoints {
			kind, _ := point.Attributes.Value("kind")
			sums[instrument.Name+" "+kind.AsString()] = point.Value
		}
	}
	for name, want := range map[string]int64{
		"pcc.settlement.transfers mint": 1, "pcc.settlement.transfers hold": 2,
		"pcc.settlement.volume mint": 100, "pcc.settlement.volume hold": 25,
		"pcc.settlement.peg.holds": 0, "pcc.settlement.peg.gap": 10,
	} {
		if got, ok := sums[name]; !ok || got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
}
