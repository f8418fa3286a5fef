// Package telemetry sets up a process's OpenTelemetry traces and metrics and its structured log.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config says where telemetry goes.
type Config struct {
	// OTLPEndpoint is "host:port" of a collector that takes traces over gRPC; empty records none.
	OTLPEndpoint string `yaml:"otlp_endpoint"`
	// OTLPInsecure sends traces without TLS, for a collector on the same host.
	OTLPInsecure bool `yaml:"otlp_insecure"`
	// LogLevel is "debug", "info", "warn" or "error"; "info" when empty.
	LogLevel string `yaml:"log_level"`
}

// Telemetry is what a process got.
type Telemetry struct {
	Logger *slog.Logger
	// Metrics serves the process's metrics in the Prometheus text form.
	Metrics http.Handler
	// Shutdown sends what is still buffered.
	Shutdown func(context.Context) error
}

// Setup installs the process's tracer and meter providers and returns its logger, which writes JSON lines to w with the
// ids of the current trace.
func Setup(ctx context.Context, process string, cfg Config, w io.Writer) (*Telemetry, error) {
	var level slog.Level
	if cfg.LogLevel != "" {
		if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
			return nil, fmt.Errorf("telemetry: log_level: %w", err)
		}
	}
	logger := slog.New(traceHandler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})}).With(slog.String("process", process))

	res := resource.NewSchemaless(attribute.String("service.name", "pcc-"+process))
	registry := prometheus.NewRegistry()
	reader, err := otelprom.New(otelprom.WithRegisterer(registry))
	if err != nil {
		return nil, fmt.Errorf("telemetry: metrics: %w", err)
	}
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithResource(res), sdkmetric.WithView(durations()))
	otel.SetMeterProvider(meters)

	tracers, err := newTracers(ctx, cfg, res)
	if err != nil {
		return nil, err
	}
	otel.SetTracerProvider(tracers)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))

	return &Telemetry{
		Logger:  logger,
		Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		Shutdown: func(ctx context.Context) error {
			return errors.Join(tracers.Shutdown(ctx), meters.Shutdown(ctx))
		},
	}, nil
}

// durations makes histograms of ours that are in seconds tell milliseconds from seconds: the SDK's own bounds are meant for
// milliseconds and put all that is faster than five seconds into one bucket.
func durations() sdkmetric.View {
	return sdkmetric.NewView(
		sdkmetric.Instrument{Name: "pcc.*", Kind: sdkmetric.InstrumentKindHistogram, Unit: "s"},
		sdkmetric.Stream{Aggregation: sdkmetric.AggregationExplicitBucketHistogram{
			Boundaries: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}},
	)
}

func newTracers(ctx context.Context, cfg Config, res *resource.Resource) (*sdktrace.TracerProvider, error) {
	opts := []sdktrace.TracerProviderOption{sdktrace.WithResource(res)}
	if cfg.OTLPEndpoint != "" {
		client := []otlptracegrpc.Option{otlptracegrpc.WithEndpoint(cfg.OTLPEndpoint)}
		if cfg.OTLPInsecure {
			client = append(client, otlptracegrpc.WithInsecure())
		}
		exporter, err := otlptracegrpc.New(ctx, client...)
		if err != nil {
			return nil, fmt.Errorf("telemetry: traces: %w", err)
		}
		opts = append(opts, sdktrace.WithBatcher(exporter))
	}
	return sdktrace.NewTracerProvider(opts...), nil
}

// traceHandler adds the ids of the current span to every record.
type traceHandler struct{ slog.Handler }

func (h traceHandler) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.IsSampled() {
		r.AddAttrs(slog.String("trace_id", sc.TraceID().String()), slog.String("span_id", sc.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

func (h traceHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return traceHandler{h.Handler.WithAttrs(attrs)}
}

func (h traceHandler) WithGroup(name string) slog.Handler {
	return traceHandler{h.Handler.WithGroup(name)}
}
