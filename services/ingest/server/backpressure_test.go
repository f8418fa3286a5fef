package server_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest/server"
)

// TestFullQueueHoldsSendersBack stops the writer, by the lock that it takes, until the queue is full: unary calls are
// refused with a time to retry, a stream is held back and goes on by itself.
func TestFullQueueHoldsSendersBack(t *testing.T) {
	const room, batches = 3, 20
	r := startWith(t, server.Queue{MaxMessages: room})
	passport := r.registry.enrol()
	const key = "hashtextextended('ingest/writer/' || $1, 0)"
	if _, err := r.db.Exec(t.Context(), "SELECT pg_advisory_lock("+key+")", r.oemMember.ID); err != nil {
		t.Fatal(err)
	}
	s, err := r.oem.StreamEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		for i := range batches {
			req := &ingestv1.StreamEventsRequest{BatchNumber: int64(i), Events: readings(t, r.oemMember, fmt.Sprint("b", i), passport, 10)}
			if err := s.Send(req); err != nil {
				sent <- err
				return
			}
		}
		sent <- s.CloseSend()
	}()
	var refused error
	tries := 0
	await(t, "the queue is full", func() bool {
		tries++
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, refused = r.oem.IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: readings(t, r.oemMember, fmt.Sprint("unary", tries), passport, 1)})
		return refused != nil
	})
	var e *apperr.Error
	if !errors.As(refused, &e) || e.Kind != apperr.ResourceExhausted || e.Reason != "QUEUE_FULL" || e.RetryAfter <= 0 {
		t.Errorf("unary call: %v, want QUEUE_FULL with a time to retry", refused)
	}
	if _, err := r.db.Exec(t.Context(), "SELECT pg_advisory_unlock("+key+")", r.oemMember.ID); err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for i := range batches {
		ack, err := s.Recv()
		if err != nil || ack.GetBatchNumber() != int64(i) {
			t.Fatalf("acknowledgement %d: %v, %v", i, ack, err)
		}
		accepted += int(ack.GetAcknowledgement().GetAccepted()) + int(ack.GetAcknowledgement().GetDuplicates())
	}
	if err := <-sent; err != nil || accepted != batches*10 {
		t.Errorf("%d accepted of %d, %v", accepted, batches*10, err)
	}
	awaitJournaled(t, r.oem)
	if n := r.count(t, "SELECT count(*) FROM event WHERE event_id LIKE 'b%'"); n != batches*10 {
		t.Errorf("%d events journaled, want %d", n, batches*10)
	}
}

func TestRegistryDownIsUnavailable(t *testing.T) {
	r := start(t)
	known := r.registry.enrol()
	send(t, r.oem, reading(t, r.oemMember, "before", known, 1))
	r.registry.setDown(true)
	if ack := send(t, r.oem, reading(t, r.oemMember, "known", known, 1)); ack.GetAccepted() != 1 {
		t.Errorf("an event of a known passport: %v", ack)
	}
	unknown := reading(t, r.oemMember, "new", r.registry.enrol(), 1)
	_, err := r.oem.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: readings(t, r.oemMember, "x", known, 1)})
	if err != nil {
		t.Error(err)
	}
	_, err = r.oem.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: append(readings(t, r.oemMember, "y", known, 1), unknown)})
	if e := apperr.As(err); e == nil || e.Kind != apperr.Unavailable {
		t.Errorf("an event of a passport not seen before: %v, want it unavailable", err)
	}
	r.registry.setDown(false)
	if ack := send(t, r.oem, unknown); ack.GetAccepted() != 1 {
		t.Errorf("sent again: %v", ack)
	}
}
