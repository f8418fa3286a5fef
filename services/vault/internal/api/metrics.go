package api

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/services/vault"
)

// Outcomes of binding a VIN; a refused one has its reason instead.
const (
	outcomeCreated = "created"
	outcomeKnown   = "known"
)

// metrics counts what happens to single VINs, which the status of a batch does not show.
type metrics struct{ bindings metric.Int64Counter }

func newMetrics(meter metric.Meter) (m metrics, err error) {
	m.bindings, err = meter.Int64Counter("pcc.vault.bindings", metric.WithUnit("{vin}"),
		metric.WithDescription("VINs bound or refused, by outcome"))
	if err != nil {
		return m, fmt.Errorf("vault: metrics: %w", err)
	}
	return m, nil
}

func (m metrics) bound(ctx context.Context, bindings []vault.Binding) {
	counts := map[string]int64{}
	for _, b := range bindings {
		counts[outcome(b)]++
	}
	for o, n := range counts {
		m.bindings.Add(ctx, n, metric.WithAttributes(attribute.String("outcome", o)))
	}
}

func outcome(b vault.Binding) string {
	switch {
	case b.Err != nil:
		return apperr.ReasonOf(b.Err)
	case b.Created:
		return outcomeCreated
	default:
		return outcomeKnown
	}
}

// ObserveOverdue shows how many requests of data subjects are overdue.
func ObserveOverdue(meter metric.Meter, store vault.RetentionStore, now func() time.Time) error {
	_, err := meter.Int64ObservableGauge("pcc.vault.overdue_requests", metric.WithUnit("{request}"),
		metric.WithDescription("requests of data subjects that should have been answered"),
		metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
			overdue, err := store.OverdueRequests(ctx, now())
			if err == nil {
				o.Observe(overdue)
			}
			return err
		}))
	if err != nil {
		return fmt.Errorf("vault: metrics: %w", err)
	}
	return nil
}
