package anchor

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
)

// Metrics tells how anchoring goes. Its methods may be called concurrently.
type Metrics struct {
	epochs  metric.Int64Counter
	latency metric.Float64Histogram

	mu          sync.Mutex
	now         func() time.Time
	number      int64     // of the last anchored epoch
	entries     int64     // under it
	queued      int64     // epochs cut and not anchored
	queuedSince time.Time // cut of the first of them; zero when none is
	isHalted    int64
}

// NewMetrics registers the instruments with meter.
func NewMetrics(meter metric.Meter, now func() time.Time) (*Metrics, error) {
	m := &Metrics{now: now}
	var errs [8]error
	m.epochs, errs[0] = meter.Int64Counter("pcc.anchor.epochs", metric.WithDescription("Epochs anchored by this process."))
	m.latency, errs[1] = meter.Float64Histogram("pcc.anchor.submit.duration", metric.WithUnit("s"),
		metric.WithDescription("From submitting an epoch to its commit."))
	number, err := meter.Int64ObservableGauge("pcc.anchor.last_epoch", metric.WithDescription("Number of the last anchored epoch."))
	errs[2] = err
	entries, err := meter.Int64ObservableGauge("pcc.anchor.entries", metric.WithDescription("Journal entries under the last anchored epoch."))
	errs[3] = err
	pending, err := meter.Int64ObservableGauge("pcc.anchor.pending", metric.WithDescription("Epochs cut and not anchored."))
	errs[4] = err
	lag, err := meter.Float64ObservableGauge("pcc.anchor.lag", metric.WithUnit("s"),
		metric.WithDescription("Age of the first epoch that waits for witnesses or ledger; 0 when none does."))
	errs[5] = err
	halted, err := meter.Int64ObservableGauge("pcc.anchor.halted",
		metric.WithDescription("1 when journal, database and ledger contradict one another and anchoring stands still."))
	errs[6] = err
	_, errs[7] = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		o.ObserveInt64(number, m.number)
		o.ObserveInt64(entries, m.entries)
		o.ObserveInt64(halted, m.isHalted)
		o.ObserveInt64(pending, m.queued)
		o.ObserveFloat64(lag, m.age().Seconds())
		return nil
	}, number, entries, pending, lag, halted)
	return m, errors.Join(errs[:]...)
}

func (m *Metrics) age() time.Duration {
	if m.queuedSince.IsZero() {
		return 0
	}
	return max(0, m.now().Sub(m.queuedSince))
}

// waiting says how many epochs wait, and which is the first.
func (m *Metrics) waiting(count int, first Candidate) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queued, m.queuedSince = int64(count), first.CutTime
}

func (m *Metrics) submitted(ctx context.Context, took time.Duration) {
	m.epochs.Add(ctx, 1)
	m.latency.Record(ctx, took.Seconds())
}

func (m *Metrics) anchored(c Candidate) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.number, m.entries, m.queued, m.queuedSince = int64(c.Number()), int64(c.Entries()), 0, time.Time{}
}

func (m *Metrics) halted() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.isHalted = 1
}
