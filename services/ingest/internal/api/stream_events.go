package api

import (
	"context"
	"errors"
	"io"
	"time"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

const (
	// maxInFlight bounds the batches of a stream that are read and not yet acknowledged: enough to hide the sync of the
	// queue, few enough that a slow one holds its sender back.
	maxInFlight = 8
	// fullPause is the pause before a batch is offered again to a full queue, maxFull how long that goes on.
	fullPause = 200 * time.Millisecond
	maxFull   = 5 * time.Minute
)

// received is what one Recv gave.
type received struct {
	req *ingestv1.StreamEventsRequest
	err error
}

// outcome is what became of a batch.
type outcome struct {
	resp *ingestv1.StreamEventsResponse
	err  error
}

// StreamEvents implements the RPC. Three goroutines share a stream: pump reads, dispatch starts the batches, and this one
// acknowledges them in their order. Whatever ends the reading, what was read before is acknowledged.
func (s *IngestService) StreamEvents(stream ingestv1.IngestService_StreamEventsServer) error {
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	in, want := make(chan received), make(chan struct{}, 1)
	// gRPC ends a Recv only with its stream, so pump is not waited for: it ends after this function.
	go s.pump(ctx, stream, want, in)

	inFlight := make(chan chan outcome, maxInFlight)
	var end error
	go func() {
		defer close(inFlight)
		end = s.dispatch(ctx, want, in, inFlight)
	}()
	for result := range inFlight {
		o := <-result
		if o.err != nil {
			return o.err
		}
		if err := stream.Send(o.resp); err != nil {
			return err
		}
	}
	return end
}

// pump reads one batch whenever one is wanted and there is room for any, so that a stream that is held back keeps none in
// memory, or one at most.
func (s *IngestService) pump(ctx context.Context, stream ingestv1.IngestService_StreamEventsServer, want <-chan struct{}, in chan<- received) {
	for {
		select {
		case <-want:
		case <-ctx.Done():
			return
		}
		if s.room.await(ctx) != nil {
			return
		}
		req, err := stream.Recv()
		select {
		case in <- received{req, err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// dispatch starts the batches as they come, at most maxInFlight at once, until the stream is to end. It returns the error
// to end it with, nil when the sender is done.
func (s *IngestService) dispatch(ctx context.Context, want chan<- struct{}, in <-chan received, inFlight chan<- chan outcome) error {
	idle := time.NewTimer(s.idle)
	defer idle.Stop()
	for last := int64(-1); ; idle.Reset(s.idle) {
		want <- struct{}{} // pump has taken the one before
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closing:
			return ingest.ErrStreamClosing
		case <-idle.C:
			return ingest.ErrStreamIdle
		case r := <-in:
			if errors.Is(r.err, io.EOF) {
				return nil
			}
			if r.err != nil {
				return r.err
			}
			if r.req.GetBatchNumber() <= last {
				return ingest.ErrBatchNumber
			}
			last = r.req.GetBatchNumber()
			result := make(chan outcome, 1)
			select {
			case inFlight <- result:
			case <-ctx.Done():
				return ctx.Err()
			}
			// With its place in flight a batch waits for the platform alone, no more for the client to read.
			giveBack, err := s.room.take(ctx, r.req)
			if err != nil {
				result <- outcome{err: err}
				return err
			}
			go func() {
				defer giveBack()
				result <- s.acceptBatch(ctx, r.req)
			}()
		}
	}
}

// acceptBatch accepts a batch, and waits while the queue is full: its place in flight is then what holds the sender back.
func (s *IngestService) acceptBatch(ctx context.Context, req *ingestv1.StreamEventsRequest) outcome {
	deadline := time.Now().Add(maxFull)
	for {
		ack, err := s.accept(ctx, req)
		if err == nil {
			return outcome{resp: &ingestv1.StreamEventsResponse{BatchNumber: req.GetBatchNumber(), Acknowledgement: ack}}
		}
		if !errors.Is(err, ingest.ErrQueueFull) || time.Now().After(deadline) {
			return outcome{err: err}
		}
		pause := time.NewTimer(fullPause)
		select {
		case <-pause.C:
		case <-s.closing:
			pause.Stop()
			return outcome{err: ingest.ErrStreamClosing}
		case <-ctx.Done():
			pause.Stop()
			return outcome{err: ctx.Err()}
		}
	}
}
