package queue_test

import (
	"errors"
	"testing"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/queue"
)

func TestFullQueuePushesBackAndTakesMoreWhenEmptied(t *testing.T) {
	p := newParts(t, queue.Limits{Messages: 3, Bytes: 1 << 20})
	for _, prefix := range []string{"a", "b", "c"} {
		p.publish(t, prefix, 10)
	}
	err := p.queue.Publish(t.Context(), batch("d", 10))
	if !errors.Is(err, ingest.ErrQueueFull) {
		t.Fatalf("a fourth message: %v, want QUEUE_FULL", err)
	}
	p.runWriter(t, p.service)
	p.awaitEmpty(t)
	p.publish(t, "d", 10)
	p.awaitEmpty(t)
	if n := p.count(t, "SELECT count(*) FROM event"); n != 40 {
		t.Errorf("%d events, want 40", n)
	}
}

func TestFullDiskPushesBack(t *testing.T) {
	p := newParts(t, queue.Limits{Messages: 1000, Bytes: 4096})
	var err error
	for range 100 {
		if err = p.queue.Publish(t.Context(), batch("a", 10)); err != nil {
			break
		}
	}
	if !errors.Is(err, ingest.ErrQueueFull) {
		t.Errorf("beyond the bytes: %v, want QUEUE_FULL", err)
	}
}

func TestBrokerGoneIsUnavailable(t *testing.T) {
	p := newParts(t, queue.Limits{})
	p.broker.Conn.Close()
	if err := p.queue.Publish(t.Context(), batch("a", 1)); !errors.Is(err, ingest.ErrQueueUnavailable) {
		t.Errorf("publish: %v, want QUEUE_UNAVAILABLE", err)
	}
	if _, err := p.queue.Pending(t.Context()); !errors.Is(err, ingest.ErrQueueUnavailable) {
		t.Errorf("pending: %v, want QUEUE_UNAVAILABLE", err)
	}
}
