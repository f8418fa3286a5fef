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
	pendingFrom time.Time // cut of the candidate under way; zero when none is
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
	pending, err := meter.Int64ObservableGauge("pcc.anchor.pending", metric.WithDescription("Epochs cut and not anchored: 0 or 1."))
	errs[4] = err
	lag, err := meter.Float64ObservableGauge("pcc.anchor.lag", metric.WithUnit("s"),
		metric.WithDescription("Age of the epoch that waits for the ledger; 0 when none does."))
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
		waiting, age := m.waiting()
		o.ObserveInt64(pending, waiting)
		o.ObserveFloat64(lag, age.Seconds())
		return nil
	}, number, entries, pending, lag, halted)
	return m, errors.Join(errs[:]...)
}

func (m *Metrics) waiting() (count int64, age time.Duration) {
	if m.pendingFrom.IsZero() {
		return 0, 0
	}
	return 1, max(0, m.now().Sub(m.pendingFrom))
}

func (m *Metrics) pending(c Candidate) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pendingFrom = c.CutTime
}

func (m *Metrics) submitted(ctx context.Context, took time.Duration) {
	m.epochs.Add(ctx, 1)
	m.latency.Record(ctx, took.Seconds())
}

func (m *Metrics) anchored(c Candidate) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.number, m.entries, m.pendingFrom = int64(c.Number()), int64(c.Entries()), time.Time{}
}

func (m *Metrics) halted() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.isHalted = 1
}
