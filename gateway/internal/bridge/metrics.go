package bridge

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const (
	// maxLabels bounds the members that metrics tell apart; those that come later are otherMembers together.
	maxLabels    = 500
	otherMembers = "other"
)

// Metrics counts what the bridge does, by OpenTelemetry. What ingest refuses it counts itself too.
type Metrics struct {
	taken, redelivered, answered, failures metric.Int64Counter // by member
	refused, rejected                      metric.Int64Counter // by reason
	lag                                    metric.Float64Histogram

	mu      sync.Mutex
	labels  map[string]string // by member
	pending map[string]int64  // by member, as last counted
}

// NewMetrics makes the instruments of a bridge.
func NewMetrics(meter metric.Meter) (*Metrics, error) {
	var errs [8]error
	m := &Metrics{labels: map[string]string{}, pending: map[string]int64{}}
	counter := func(i int, name, unit, description string) (c metric.Int64Counter) {
		c, errs[i] = meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(description))
		return c
	}
	m.taken = counter(0, "pcc.bridge.taken", "{message}", "Messages of devices taken from the stream, repetitions included")
	m.redelivered = counter(1, "pcc.bridge.redelivered", "{message}", "Messages taken that had been taken before and not answered")
	m.answered = counter(2, "pcc.bridge.answered", "{message}", "Messages answered")
	m.failures = counter(3, "pcc.bridge.failures", "{failure}", "Times that serving a member's devices was interrupted")
	m.refused = counter(4, "pcc.bridge.refused", "{message}", "Messages refused as a whole, by reason")
	m.rejected = counter(5, "pcc.bridge.rejected", "{event}", "Events refused in messages that were taken, by reason")
	m.lag, errs[6] = meter.Float64Histogram("pcc.bridge.lag", metric.WithUnit("s"),
		metric.WithDescription("Time from the broker's receipt of a message to its answer"))
	_, errs[7] = meter.Int64ObservableGauge("pcc.bridge.pending", metric.WithUnit("{message}"),
		metric.WithDescription("Messages in the stream that are not answered"), metric.WithInt64Callback(m.observePending))
	return m, errors.Join(errs[:]...)
}

// by is the attribute of a member, whose number is bounded.
func (m *Metrics) by(member string) metric.MeasurementOption {
	m.mu.Lock()
	defer m.mu.Unlock()
	return metric.WithAttributes(attribute.String("member", m.label(member)))
}

// label is called with the lock held.
func (m *Metrics) label(member string) string {
	label, ok := m.labels[member]
	if !ok {
		label = otherMembers
		if len(m.labels) < maxLabels {
			label = member
		}
		m.labels[member] = label // at most maxMembers
	}
	return label
}

// fetched counts the messages that were taken from a member's stream.
func (m *Metrics) fetched(ctx context.Context, member string, messages []jetstream.Msg) {
	again := int64(0)
	for _, msg := range messages {
		if meta, err := msg.Metadata(); err == nil && meta.NumDelivered > 1 {
			again++
		}
	}
	by := m.by(member)
	m.taken.Add(ctx, int64(len(messages)), by)
	m.redelivered.Add(ctx, again, by)
}

// told counts the answers that the broker has.
func (m *Metrics) told(ctx context.Context, member string, parcels []*parcel) {
	m.answered.Add(ctx, int64(len(parcels)), m.by(member))
	for _, p := range parcels {
		if meta, err := p.message.Metadata(); err == nil {
			m.lag.Record(ctx, time.Since(meta.Timestamp).Seconds())
		}
		if p.problem != nil {
			m.refused.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", p.problem.Reason)))
			continue
		}
		for _, r := range p.allRejections() {
			m.rejected.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", r.GetReason())))
		}
	}
}

// failed counts an interruption.
func (m *Metrics) failed(ctx context.Context, member string) { m.failures.Add(ctx, 1, m.by(member)) }

// waiting says how many messages of a member are not answered.
func (m *Metrics) waiting(member string, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending[member] = n
}

func (m *Metrics) observePending(_ context.Context, o metric.Int64Observer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	sums := map[string]int64{}
	for member, n := range m.pending {
		sums[m.label(member)] += n
	}
	for label, n := range sums {
		o.Observe(n, metric.WithAttributes(attribute.String("member", label)))
	}
	return nil
}
