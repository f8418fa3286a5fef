// Package metrics counts what ingest does, by OpenTelemetry.
package metrics

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/pcc-platform/pcc/services/ingest"
)

// pendingTimeout bounds the question how much is pending, asked whenever metrics are read.
const pendingTimeout = 2 * time.Second

// Meter implements ingest.Meter.
type Meter struct {
	accepted, duplicates, rejected, journaled, late metric.Int64Counter
	batchSize                                       metric.Int64Histogram
	batchTook                                       metric.Float64Histogram
}

// New returns a meter, which also shows what pending returns.
func New(pending func(context.Context) (int64, error)) (*Meter, error) {
	var errs [8]error
	var m Meter
	provider := otel.Meter("pcc/ingest")
	m.accepted, errs[0] = provider.Int64Counter("pcc.ingest.accepted", metric.WithUnit("{event}"), metric.WithDescription("Events acknowledged as accepted"))
	m.duplicates, errs[1] = provider.Int64Counter("pcc.ingest.duplicates", metric.WithUnit("{event}"), metric.WithDescription("Events acknowledged as accepted before"))
	m.rejected, errs[2] = provider.Int64Counter("pcc.ingest.rejected", metric.WithUnit("{event}"), metric.WithDescription("Events refused, by reason"))
	m.journaled, errs[3] = provider.Int64Counter("pcc.ingest.journaled", metric.WithUnit("{event}"), metric.WithDescription("Events journaled"))
	m.late, errs[4] = provider.Int64Counter("pcc.ingest.refused_by_writer", metric.WithUnit("{event}"), metric.WithDescription("Accepted events that became dead letters"))
	m.batchSize, errs[5] = provider.Int64Histogram("pcc.ingest.writer.batch", metric.WithUnit("{event}"), metric.WithDescription("Events of one transaction"))
	m.batchTook, errs[6] = provider.Float64Histogram("pcc.ingest.writer.duration", metric.WithUnit("s"), metric.WithDescription("Time of one transaction"))
	_, errs[7] = provider.Int64ObservableGauge("pcc.ingest.pending", metric.WithUnit("{batch}"), metric.WithDescription("Batches acknowledged and not yet written"),
		metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
			ctx, cancel := context.WithTimeout(ctx, pendingTimeout)
			defer cancel()
			n, err := pending(ctx)
			if err == nil {
				o.Observe(n)
			}
			return err
		}))
	return &m, errors.Join(errs[:]...)
}

// Acknowledged implements ingest.Meter.
func (m *Meter) Acknowledged(ctx context.Context, member string, ack ingest.Acknowledgement) {
	by := metric.WithAttributes(attribute.String("member", member))
	m.accepted.Add(ctx, int64(ack.Accepted), by)
	m.duplicates.Add(ctx, int64(ack.Duplicates), by)
	for _, r := range ack.Rejections {
		m.rejected.Add(ctx, 1, metric.WithAttributes(attribute.String("member", member), attribute.String("reason", string(r.Reason))))
	}
}

// Written implements ingest.Meter.
func (m *Meter) Written(ctx context.Context, w ingest.Journaled, took time.Duration) {
	m.journaled.Add(ctx, int64(w.Fresh))
	m.late.Add(ctx, int64(w.Reused+w.Revoked+w.Unwritable))
	m.batchSize.Record(ctx, int64(w.Fresh+w.Repeated+w.Reused+w.Revoked+w.Unwritable))
	m.batchTook.Record(ctx, took.Seconds())
}
