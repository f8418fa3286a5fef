package anchor_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/pcc-platform/pcc/services/anchor"
)

// errorLog tells of each record at level ERROR.
type errorLog struct {
	slog.Handler
	seen chan string
}

func (l errorLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (l errorLog) Handle(_ context.Context, r slog.Record) error {
	l.seen <- r.Message
	return nil
}

// TestAHaltIsLoud runs into a foreign epoch: an error is logged, the metric rises, and Run stays until it is told to end.
func TestAHaltIsLoud(t *testing.T) {
	w := newWorld(t, newPool(t))
	w.journal.grow("ingest/oem")
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	foreign := epochOf(t, checkpoint("ingest/zebra", 1, 1))
	w.ledger.epochs = []string{foreign.Text}
	w.restart(t)

	reader := sdkmetric.NewManualReader()
	metrics, err := anchor.NewMetrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	log := errorLog{slog.DiscardHandler, make(chan string, 1)}
	w.Metrics, w.Logger = metrics, slog.New(log)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	select {
	case <-log.seen:
	case err := <-done:
		t.Fatalf("Run ended: %v", err)
	}
	if got := gauge(t, reader, "pcc.anchor.halted"); got != 1 {
		t.Errorf("pcc.anchor.halted is %d, want 1", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func gauge(t *testing.T, reader *sdkmetric.ManualReader, name string) int64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if data, ok := m.Data.(metricdata.Gauge[int64]); ok && m.Name == name && len(data.DataPoints) == 1 {
				return data.DataPoints[0].Value
			}
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}
