package server_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// stream sends the batches and returns the acknowledgements as they came.
func stream(t *testing.T, client ingestv1.IngestServiceClient, batches [][]*pb.CloudEvent) []*ingestv1.StreamEventsResponse {
	t.Helper()
	s, err := client.StreamEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		for i, events := range batches {
			if err := s.Send(&ingestv1.StreamEventsRequest{BatchNumber: int64(i), Events: events}); err != nil {
				sent <- err
				return
			}
		}
		sent <- s.CloseSend()
	}()
	var acks []*ingestv1.StreamEventsResponse
	for {
		ack, err := s.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		acks = append(acks, ack)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	return acks
}

// TestStreamAcknowledgesInOrder sends large and tiny batches in turn, which become durable out of order.
func TestStreamAcknowledgesInOrder(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	batches := make([][]*pb.CloudEvent, 40)
	total := 0
	for i := range batches {
		n := 1 + (i%2)*300
		batches[i] = readings(t, r.oemMember, fmt.Sprint("b", i), passport, n)
		total += n
	}
	acks := stream(t, r.oem, batches)
	if len(acks) != len(batches) {
		t.Fatalf("%d acknowledgements of %d batches", len(acks), len(batches))
	}
	for i, ack := range acks {
		if ack.GetBatchNumber() != int64(i) || int(ack.GetAcknowledgement().GetAccepted()) != len(batches[i]) {
			t.Errorf("acknowledgement %d is %v", i, ack)
		}
	}
	if status := awaitJournaled(t, r.oem); status.GetJournaled() != int64(total) {
		t.Errorf("status %v, want %d journaled", status, total)
	}
}

// TestALongStreamIsJournaledWhole logs how long it took; what is fast enough is measured by benchmarks, not decided here.
func TestALongStreamIsJournaledWhole(t *testing.T) {
	const events, perBatch = 6000, 200
	r := start(t)
	var batches [][]*pb.CloudEvent
	for i := range events / perBatch {
		batches = append(batches, readings(t, r.oemMember, fmt.Sprint("b", i), r.registry.enrol(), perBatch))
	}
	begin := time.Now()
	stream(t, r.oem, batches)
	acknowledged := time.Since(begin)
	status := awaitJournaled(t, r.oem)
	t.Logf("%d events acknowledged in %v, journaled in %v", events, acknowledged, time.Since(begin))
	if status.GetJournaled() != events {
		t.Errorf("%d of %d events journaled", status.GetJournaled(), events)
	}
}

func TestStreamRefusesNumbersThatDoNotGrow(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	s, err := r.oem.StreamEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, number := range []int64{5, 5} {
		if err := s.Send(&ingestv1.StreamEventsRequest{BatchNumber: number, Events: readings(t, r.oemMember, fmt.Sprint(i), passport, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	if ack, err := s.Recv(); err != nil || ack.GetBatchNumber() != 5 {
		t.Errorf("first batch: %v, %v", ack, err)
	}
	_, err = s.Recv()
	wantReason(t, "second batch of the same number", rpcError(err), "BATCH_NUMBER_INVALID")
}
