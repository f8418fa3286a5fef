// Package telemetry measures the ledger with OpenTelemetry.
package telemetry

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/pcc-platform/pcc/services/settlement"
)

// Metrics implements settlement.Metrics.
type Metrics struct {
	transfers, volume metric.Int64Counter
	pegHolds, pegGap  metric.Int64Gauge
	// cycle is the number of the last closed cycle, covered 1 when its total was.
	cycle, covered metric.Int64Gauge
}

// NewMetrics makes the instruments with the process's meter provider.
func NewMetrics() (*Metrics, error) {
	meter := otel.Meter("pcc/settlement")
	transfers, err := meter.Int64Counter("pcc.settlement.transfers",
		metric.WithDescription("Transfers posted, by kind."), metric.WithUnit("{transfer}"))
	if err != nil {
		return nil, fmt.Errorf("telemetry: transfers: %w", err)
	}
	volume, err := meter.Int64Counter("pcc.settlement.volume",
		metric.WithDescription("Ten-thousandths of PCC_token moved, by kind of transfer."), metric.WithUnit("{unit}"))
	if err != nil {
		return nil, fmt.Errorf("telemetry: volume: %w", err)
	}
	pegHolds, err := meter.Int64Gauge("pcc.settlement.peg.holds",
		metric.WithDescription("1 while every PCC_token is covered by euro, 0 while payouts are stopped."))
	if err != nil {
		return nil, fmt.Errorf("telemetry: peg holds: %w", err)
	}
	pegGap, err := meter.Int64Gauge("pcc.settlement.peg.gap",
		metric.WithDescription("Ten-thousandths of PCC_token owed beyond the euro that cover them."), metric.WithUnit("{unit}"))
	if err != nil {
		return nil, fmt.Errorf("telemetry: peg gap: %w", err)
	}
	cycle, err := meter.Int64Gauge("pcc.settlement.cycle", metric.WithDescription("Number of the cycle that was closed last."))
	if err != nil {
		return nil, fmt.Errorf("telemetry: cycle: %w", err)
	}
	covered, err := meter.Int64Gauge("pcc.settlement.cycle.covered",
		metric.WithDescription("1 when every PCC_token was covered at the end of the cycle that was closed last."))
	if err != nil {
		return nil, fmt.Errorf("telemetry: cycle covered: %w", err)
	}
	return &Metrics{transfers: transfers, volume: volume, pegHolds: pegHolds, pegGap: pegGap, cycle: cycle, covered: covered}, nil
}

// PegChecked records how ledger and bank compare.
func (m *Metrics) PegChecked(ctx context.Context, p settlement.Peg) {
	m.pegHolds.Record(ctx, oneIf(p.Holds()))
	m.pegGap.Record(ctx, int64(p.Owed-p.Reserve-p.Unconfirmed))
}

// CycleClosed records the last closed cycle.
func (m *Metrics) CycleClosed(ctx context.Context, c settlement.Close) {
	m.cycle.Record(ctx, c.Number)
	m.covered.Record(ctx, oneIf(c.Covered()))
}

func oneIf(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// TransferPosted counts a committed transfer.
func (m *Metrics) TransferPosted(ctx context.Context, kind settlement.TransferKind, volume settlement.Amount) {
	attributes := metric.WithAttributes(attribute.String("kind", string(kind)))
	m.transfers.Add(ctx, 1, attributes)
	m.volume.Add(ctx, int64(volume), attributes)
}
