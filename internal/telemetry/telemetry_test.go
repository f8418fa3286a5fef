package telemetry_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"github.com/pcc-platform/pcc/internal/telemetry"
)

func setup(t *testing.T, cfg telemetry.Config, w io.Writer) *telemetry.Telemetry {
	t.Helper()
	tel, err := telemetry.Setup(t.Context(), "test", cfg, w)
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

func TestLogLinesCarryTheTrace(t *testing.T) {
	var out bytes.Buffer
	tel := setup(t, telemetry.Config{}, &out)
	ctx, span := otel.Tracer("test").Start(t.Context(), "work")
	defer span.End()
	tel.Logger.InfoContext(ctx, "inside", slog.Int("n", 1))
	tel.Logger.With(slog.String("part", "a")).InfoContext(ctx, "derived")
	tel.Logger.InfoContext(t.Context(), "outside")
	tel.Logger.DebugContext(ctx, "too fine")

	var lines []map[string]any
	for d := json.NewDecoder(&out); d.More(); {
		line := map[string]any{}
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if len(lines) != 3 {
		t.Fatalf("lines: %v", lines)
	}
	for _, line := range lines[:2] {
		if line["trace_id"] != span.SpanContext().TraceID().String() || line["span_id"] != span.SpanContext().SpanID().String() || line["process"] != "test" {
			t.Errorf("line %v lacks the trace %s", line, span.SpanContext().TraceID())
		}
	}
	if lines[2]["trace_id"] != nil {
		t.Errorf("line %v has a trace", lines[2])
	}
}

func TestLogLevel(t *testing.T) {
	var out bytes.Buffer
	tel := setup(t, telemetry.Config{LogLevel: "warn"}, &out)
	tel.Logger.InfoContext(t.Context(), "no")
	tel.Logger.WarnContext(t.Context(), "yes")
	if got := strings.Count(out.String(), "\n"); got != 1 {
		t.Errorf("%d lines:\n%s", got, &out)
	}
	if _, err := telemetry.Setup(t.Context(), "test", telemetry.Config{LogLevel: "loud"}, io.Discard); err == nil || !strings.Contains(err.Error(), "log_level") {
		t.Errorf("a bad level: %v", err)
	}
}

func TestMetricsAreServed(t *testing.T) {
	tel := setup(t, telemetry.Config{}, io.Discard)
	counter, err := otel.Meter("test").Int64Counter("pcc_test_events")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 3)
	recorder := httptest.NewRecorder()
	tel.Metrics.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if body := recorder.Body.String(); recorder.Code != http.StatusOK || !strings.Contains(body, "pcc_test_events_total") || !strings.Contains(body, " 3") {
		t.Errorf("%d\n%s", recorder.Code, body)
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDurationsAreToldApartBelowASecond(t *testing.T) {
	tel := setup(t, telemetry.Config{}, io.Discard)
	histogram, err := otel.Meter("test").Float64Histogram("pcc.test.duration", metric.WithUnit("s"))
	if err != nil {
		t.Fatal(err)
	}
	histogram.Record(t.Context(), 0.2)
	answer := httptest.NewRecorder()
	tel.Metrics.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	for bound, count := range map[string]string{"0.1": "0", "0.25": "1"} {
		if line := `le="` + bound + `"} ` + count; !strings.Contains(answer.Body.String(), line) {
			t.Errorf("no bucket %s in\n%s", line, answer.Body)
		}
	}
}
