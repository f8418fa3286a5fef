package bridge

import (
	"fmt"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// TestMetricsTellApartABoundedNumberOfMembers has more members than that.
func TestMetricsTellApartABoundedNumberOfMembers(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	m, err := NewMetrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test"))
	if err != nil {
		t.Fatal(err)
	}
	const more = 7
	for i := range maxLabels + more {
		m.failed(t.Context(), fmt.Sprint("m", i))
		m.waiting(fmt.Sprint("m", i), 2)
	}
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, metric := range all.ScopeMetrics[0].Metrics {
		var points []metricdata.DataPoint[int64]
		want := int64(more)
		switch data := metric.Data.(type) {
		case metricdata.Sum[int64]:
			points = data.DataPoints
		case metricdata.Gauge[int64]:
			points, want = data.DataPoints, 2*more
		}
		if len(points) != maxLabels+1 {
			t.Errorf("%s tells %d apart", metric.Name, len(points))
		}
		for _, p := range points {
			if member, _ := p.Attributes.Value("member"); member.AsString() == otherMembers && p.Value != want {
				t.Errorf("%s of the others: %d, want %d", metric.Name, p.Value, want)
			}
		}
	}
}
