package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/rpc"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	// eventsPerBatch makes one message on disk of many events; see the measurements in docs/adr.
	eventsPerBatch = 200
	// window is how many batches may wait for their acknowledgement.
	window = 8
)

// Sender streams events of one member and repeats what was not acknowledged.
type Sender struct {
	client ingestv1.IngestServiceClient
	member string

	batch []*pb.CloudEvent
	in    chan *ingestv1.StreamEventsRequest
	done  chan error
	next  int64

	mu   sync.Mutex
	sums Sums
}

// NewSender sends as a principal of member over a connection to the ingest service.
func NewSender(ingest grpc.ClientConnInterface, member string) *Sender {
	return &Sender{client: ingestv1.NewIngestServiceClient(ingest), member: member, sums: Sums{Rejected: map[string]int{}}}
}

// Source is the events' "source" attribute for a format.
func (s *Sender) Source(format string) string {
	return fmt.Sprintf("/members/%s/import/%s", s.member, format)
}

func (s *Sender) start(ctx context.Context) {
	s.in, s.done = make(chan *ingestv1.StreamEventsRequest), make(chan error, 1)
	go func() {
		s.done <- s.run(ctx)
		close(s.done)
	}()
}

// send collects the event and hands a full batch over.
func (s *Sender) send(ctx context.Context, e *pb.CloudEvent) error {
	s.batch = append(s.batch, e)
	if len(s.batch) < eventsPerBatch {
		return nil
	}
	return s.flush(ctx)
}

func (s *Sender) flush(ctx context.Context) error {
	if len(s.batch) == 0 {
		return nil
	}
	req := &ingestv1.StreamEventsRequest{BatchNumber: s.next, Events: s.batch}
	s.next++
	s.batch = nil
	select {
	case s.in <- req:
		return nil
	case err := <-s.done:
		return errors.Join(err, errors.New("import: the stream ended"))
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finish sends the rest and waits for all acknowledgements.
func (s *Sender) finish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := s.flush(ctx)
	close(s.in)
	return errors.Join(err, <-s.done)
}

// addTo adds what was acknowledged so far.
func (s *Sender) addTo(sums *Sums) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sums.Sent += s.sums.Sent
	sums.Accepted += s.sums.Accepted
	sums.Duplicates += s.sums.Duplicates
	if sums.Rejected == nil {
		sums.Rejected = map[string]int{}
	}
	for reason, n := range s.sums.Rejected {
		sums.Rejected[reason] += n
	}
}

// run keeps a stream open until all batches are acknowledged; a broken stream is opened again while there is progress, or
// for as long as patience lasts without any.
func (s *Sender) run(ctx context.Context) error {
	var pending []*ingestv1.StreamEventsRequest
	lastProgress := time.Now()
	for {
		before := s.acknowledged()
		err := s.session(ctx, &pending)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if s.acknowledged() > before {
			lastProgress = time.Now()
		}
		if err = rpc.FromStatus(err); !passing(err) || time.Since(lastProgress) > patience {
			return fmt.Errorf("import: stream: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryPause):
		}
	}
}

func (s *Sender) acknowledged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sums.Sent
}

// session sends over one stream: first what is pending from a broken one, then what comes in.
func (s *Sender) session(ctx context.Context, pending *[]*ingestv1.StreamEventsRequest) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.client.StreamEvents(ctx)
	if err != nil {
		return err
	}
	acks, broken := make(chan *ingestv1.StreamEventsResponse, window), make(chan error, 1)
	go receive(stream, acks, broken)
	for _, req := range *pending {
		if err := stream.Send(req); err != nil {
			return unexpected(<-broken) // Send says only EOF; Recv knows why
		}
	}
	in := s.in
	for in != nil || len(*pending) > 0 {
		source := in
		if len(*pending) >= window {
			source = nil
		}
		select {
		case req, ok := <-source:
			if !ok {
				in = nil
				continue
			}
			*pending = append(*pending, req)
			if err := stream.Send(req); err != nil {
				return unexpected(<-broken)
			}
		case ack := <-acks:
			if err := s.acknowledge(pending, ack); err != nil {
				return err
			}
		case err := <-broken:
			return unexpected(err)
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	if err := <-broken; !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// unexpected makes an end of the stream an error that passes: the server went away while there was work.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return apperr.New(apperr.Unavailable, "STREAM_ENDED", "the server closed the stream")
	}
	return err
}

func receive(stream grpc.BidiStreamingClient[ingestv1.StreamEventsRequest, ingestv1.StreamEventsResponse],
	acks chan<- *ingestv1.StreamEventsResponse, broken chan<- error,
) {
	for {
		ack, err := stream.Recv()
		if err != nil {
			broken <- err
			return
		}
		acks <- ack // never blocks for ever: there are at most window batches out
	}
}

func (s *Sender) acknowledge(pending *[]*ingestv1.StreamEventsRequest, ack *ingestv1.StreamEventsResponse) error {
	if len(*pending) == 0 || (*pending)[0].GetBatchNumber() != ack.GetBatchNumber() {
		return fmt.Errorf("import: acknowledgement of batch %d out of order", ack.GetBatchNumber())
	}
	sent := len((*pending)[0].GetEvents())
	*pending = (*pending)[1:]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sums.Sent += sent
	s.sums.Accepted += int(ack.GetAcknowledgement().GetAccepted())
	s.sums.Duplicates += int(ack.GetAcknowledgement().GetDuplicates())
	for _, r := range ack.GetAcknowledgement().GetRejections() {
		s.sums.Rejected[r.GetReason()]++
	}
	return nil
}
