package importer

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/rpc"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

var (
	errStreamEnded   = apperr.New(apperr.Unavailable, "STREAM_ENDED", "the server closed the stream")
	errStreamStalled = apperr.New(apperr.Unavailable, "STREAM_STALLED", "the stream stands still")
)

// link is one open stream. Its acknowledgements arrive in acks, which is closed when the stream ends; broken then says why.
type link struct {
	ctx    context.Context //nolint:containedctx // the stream's own
	stream grpc.BidiStreamingClient[ingestv1.StreamEventsRequest, ingestv1.StreamEventsResponse]
	acks   chan *ingestv1.StreamEventsResponse
	broken chan error
}

// session works over one stream until all is acknowledged or the stream ends: first on what is pending from a broken one,
// then on what comes in. opened says whether there was a stream at all.
func (s *Sender) session(ctx context.Context, pending *[]*ingestv1.StreamEventsRequest) (opened bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stream, err := s.client.StreamEvents(ctx)
	if err != nil {
		return false, rpc.FromStatus(err)
	}
	l := &link{
		ctx: ctx, stream: stream,
		acks: make(chan *ingestv1.StreamEventsResponse, window), broken: make(chan error, 1),
	}
	go l.receive()
	// Also a Send can stand still, which only the end of its context wakes.
	watchdog := time.AfterFunc(s.stall, func() { cancel(errStreamStalled) })
	defer watchdog.Stop()
	moved := func() { watchdog.Reset(s.stall) }
	if err := s.exchange(l, pending, moved); err != nil {
		return true, err
	}
	_ = stream.CloseSend()
	// What is acknowledged stays so, whether or not the stream ends well; a refusal is still to be told.
	if err := l.end(); !errors.Is(err, errStreamEnded) && !passing(err) {
		return true, err
	}
	return true, nil
}

// exchange sends and takes acknowledgements until the input is closed and nothing is pending.
func (s *Sender) exchange(l *link, pending *[]*ingestv1.StreamEventsRequest, moved func()) error {
	for _, req := range *pending {
		if l.stream.Send(req) != nil {
			return s.takeRest(l, pending)
		}
	}
	in := s.in
	for in != nil || len(*pending) > 0 {
		source := in
		if len(*pending) >= window {
			source = nil
		}
		select {
		case req, more := <-source:
			if !more {
				in = nil
				continue
			}
			*pending = append(*pending, req)
			if l.stream.Send(req) != nil {
				return s.takeRest(l, pending)
			}
		case ack, open := <-l.acks:
			if !open {
				return l.end()
			}
			if err := s.acknowledge(pending, ack); err != nil {
				return err
			}
		}
		moved()
	}
	return nil
}

// takeRest takes the acknowledgements that came before the stream ended, and returns why it ended: Send does not know.
func (s *Sender) takeRest(l *link, pending *[]*ingestv1.StreamEventsRequest) error {
	for ack := range l.acks {
		if err := s.acknowledge(pending, ack); err != nil {
			return err
		}
	}
	return l.end()
}

// receive ends with the stream's context at the latest.
func (l *link) receive() {
	defer close(l.acks)
	for {
		ack, err := l.stream.Recv()
		if err != nil {
			l.broken <- err
			return
		}
		select {
		case l.acks <- ack: // there is room for as many as may be out
		case <-l.ctx.Done():
			l.broken <- l.ctx.Err()
			return
		}
	}
}

// end waits for the stream's end and says why it came; never nil.
func (l *link) end() error {
	err := <-l.broken
	switch {
	case l.ctx.Err() != nil:
		return context.Cause(l.ctx)
	case errors.Is(err, io.EOF):
		return errStreamEnded
	default:
		return rpc.FromStatus(err)
	}
}
