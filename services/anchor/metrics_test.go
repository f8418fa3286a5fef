package anchor_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/anchortest"
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

// TestAnOutageShows restarts without a ledger: the metrics still tell of the epoch that waits.
func TestAnOutageShows(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.journal.Grow("ingest/oem")
	w.ledger.fault = lostAnswer
	if err := w.Round(t.Context()); err == nil {
		t.Fatal("the answer was not lost")
	}
	w.restart(t)
	reader := w.observed(t)
	w.ledger.fault = down
	if err := w.Round(t.Context()); err == nil {
		t.Fatal("a round succeeded without a ledger")
	}
	if got := gauge(t, reader, "pcc.anchor.pending"); got != 1 {
		t.Errorf("pcc.anchor.pending is %d during the outage, want 1", got)
	}
	w.ledger.fault = healthy
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{"pcc.anchor.pending": 0, "pcc.anchor.last_epoch": 1, "pcc.anchor.entries": 1, "pcc.anchor.halted": 0} {
		if got := gauge(t, reader, name); got != want {
			t.Errorf("%s is %d after the outage, want %d", name, got, want)
		}
	}
}

// observed gives the anchorer metrics that the test can read.
func (w *world) observed(t *testing.T) *sdkmetric.ManualReader {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	metrics, err := anchor.NewMetrics(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test"), w.Now)
	if err != nil {
		t.Fatal(err)
	}
	w.Metrics = metrics
	return reader
}

// TestAHaltIsLoud runs into a foreign epoch: an error is logged, the metric rises, and Run stays until it is told to end.
func TestAHaltIsLoud(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.journal.Grow("ingest/oem")
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.ledger.epochs = append(w.ledger.epochs, following(t, w.ledger.epochs[0]))
	w.restart(t)

	reader := w.observed(t)
	log := errorLog{slog.DiscardHandler, make(chan string, 1)}
	w.Logger = slog.New(log)
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
