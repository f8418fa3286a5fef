package api

import (
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/pcc-platform/pcc/services/vault"
)

func TestBindingsAreCountedByOutcome(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	m, err := newMetrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test"))
	if err != nil {
		t.Fatal(err)
	}
	m.bound(t.Context(), []vault.Binding{{Created: true}, {}, {Err: vault.ErrVINLength}, {Err: vault.ErrVINAlphabet}, {Created: true}})
	var collected metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &collected); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	sum, ok := collected.ScopeMetrics[0].Metrics[0].Data.(metricdata.Sum[int64])
	if !ok {
		t.Fatalf("%T", collected.ScopeMetrics[0].Metrics[0].Data)
	}
	for _, p := range sum.DataPoints {
		o, _ := p.Attributes.Value("outcome")
		got[o.AsString()] = p.Value
	}
	for o, want := range map[string]int64{"created": 2, "known": 1, "VIN_LENGTH": 1, "VIN_ALPHABET": 1} {
		if got[o] != want {
			t.Errorf("%s: %d, want %d", o, got[o], want)
		}
	}
}
