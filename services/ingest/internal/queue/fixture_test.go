package queue_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/internal/metrics"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/queue"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// patience bounds every wait of a test.
const patience = 30 * time.Second

// parts are the queue on a real broker and the service, as the writer's sink, on a real database.
type parts struct {
	broker  testkit.Broker
	queue   *queue.Queue
	service *ingest.Service
	pool    *pgxpool.Pool
}

func newParts(t *testing.T, limits queue.Limits) parts {
	t.Helper()
	sources, err := migrations.Sources("ingest")
	if err != nil {
		t.Fatal(err)
	}
	p := parts{broker: testkit.NATS(t), pool: testkit.Schema(t, "ingest", sources...)}
	p.queue = queue.New(p.broker.JetStream, limits)
	if err := p.queue.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	meter, err := metrics.New(p.queue.Pending)
	if err != nil {
		t.Fatal(err)
	}
	p.service = ingest.New(ingest.Ports{Queue: p.queue, Store: postgres.NewStore(p.pool, p.pool), Meter: meter, Now: time.Now, Appraiser: appraiser()})
	return p
}

// runWriter writes to sink until the test ends.
func (p parts) runWriter(t *testing.T, sink queue.Sink) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &queue.Writer{Queue: p.queue, Sink: sink, Logger: slog.New(slog.DiscardHandler)}
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// publish puts a batch of n events into the queue.
func (p parts) publish(t *testing.T, prefix string, n int) ingest.Batch {
	t.Helper()
	b := batch(prefix, n)
	if err := p.queue.Publish(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return b
}

// appraiser reads nothing in the events, which have no content.
func appraiser() *ingest.Appraiser {
	return &ingest.Appraiser{
		Quality: quality.DefaultPolicy(), Odometer: adjudication.DefaultPolicy(),
		Evidence: func(*ingest.Event) (ingest.Evidence, error) { return ingest.Evidence{}, nil },
	}
}

func batch(prefix string, n int) ingest.Batch {
	now := time.Now().UTC().Truncate(time.Microsecond)
	b := ingest.Batch{Member: "oem", Quality: ingest.Quality{Inputs: quality.Inputs{BaseRate: 750_000}}, ReceivedAt: now}
	for i := range n {
		content := fmt.Appendf(nil, "%s %d", prefix, i)
		b.Events = append(b.Events, ingest.Event{
			ID: uuid.Must(uuid.NewV7()), Member: "oem", Key: ingest.Key{Source: "/members/oem/x", EventID: fmt.Sprintf("%s-%d", prefix, i)},
			Type: "pcc.events.v1.Wash", Passport: uuid.New(), OccurredAt: now, ReceivedAt: now,
			Bytes: content, ContentHash: sha256.Sum256(content), Quality: b.Quality, ListKey: sha256.Sum256(content),
		})
	}
	return b
}

func (p parts) awaitEmpty(t *testing.T) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		n, err := p.queue.Pending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%d messages are still pending", n)
		case <-tick.C:
		}
	}
}

func (p parts) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := p.pool.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
