package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// unaryCallers send one event a call at the same time.
const unaryCallers = 32

// observer is told of each batch, at once, from several goroutines.
type observer func(stream int, batch int64, took time.Duration)

// send sends a load over its streams, each as fast as it is taken or, with a pace, one batch of all streams together each
// pace.
func send(ctx context.Context, conn grpc.ClientConnInterface, l *load, pace time.Duration, o observer) error {
	var ticks <-chan time.Time
	if pace > 0 {
		ticker := time.NewTicker(pace)
		defer ticker.Stop()
		ticks = ticker.C
	}
	var group sync.WaitGroup
	errs := make([]error, streams)
	for s := range streams {
		group.Go(func() { errs[s] = oneStream(ctx, conn, s, l.batches[s], ticks, o) })
	}
	group.Wait()
	return errors.Join(errs...)
}

func oneStream(ctx context.Context, conn grpc.ClientConnInterface, number int, batches []*ingestv1.StreamEventsRequest, ticks <-chan time.Time, o observer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := ingestv1.NewIngestServiceClient(conn).StreamEvents(ctx)
	if err != nil {
		return err
	}
	f := &flight{stream: number, places: make(chan struct{}, window), failed: make(chan error, 1), observer: o}
	go f.receive(s)
	for _, b := range batches {
		if ticks != nil {
			select {
			case <-ticks:
			case err := <-f.failed:
				return err
			}
		}
		if err := f.take(); err != nil {
			return err
		}
		f.sent.Store(b.GetBatchNumber(), time.Now())
		if err := s.Send(b); err != nil {
			return <-f.failed // Send says only EOF
		}
	}
	for range window { // with every place taken nothing is unacknowledged
		if err := f.take(); err != nil {
			return err
		}
	}
	return s.CloseSend()
}

// flight is what is under way on one stream.
type flight struct {
	stream   int
	places   chan struct{}
	sent     sync.Map // batch number -> time
	failed   chan error
	observer observer
}

func (f *flight) take() error {
	select {
	case f.places <- struct{}{}:
		return nil
	case err := <-f.failed:
		return err
	}
}

func (f *flight) receive(s grpc.BidiStreamingClient[ingestv1.StreamEventsRequest, ingestv1.StreamEventsResponse]) {
	for {
		ack, err := s.Recv()
		if err == nil && len(ack.GetAcknowledgement().GetRejections()) > 0 {
			err = fmt.Errorf("bench: refused: %v", ack.GetAcknowledgement().GetRejections()[0])
		}
		if err != nil {
			f.failed <- err
			return
		}
		if at, ok := f.sent.LoadAndDelete(ack.GetBatchNumber()); ok && f.observer != nil {
			f.observer(f.stream, ack.GetBatchNumber(), time.Since(at.(time.Time))) //nolint:forcetypeassert // only times are stored
		}
		<-f.places
	}
}

// unary sends the events of a load one a call, unsigned, until ctx ends or there are no more, and returns how many were taken.
func unary(ctx context.Context, conn grpc.ClientConnInterface, l *load) (int64, error) {
	events := make(chan []byte)
	go func() {
		defer close(events)
		for _, b := range slices.Concat(l.batches[:]...) {
			for _, e := range b.GetSigned().GetCloudEvents() {
				select {
				case events <- e:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	client := ingestv1.NewIngestServiceClient(conn)
	var group sync.WaitGroup
	var taken atomic.Int64
	errs := make([]error, unaryCallers)
	for c := range unaryCallers {
		group.Go(func() {
			for encoded := range events {
				e := &pb.CloudEvent{}
				if errs[c] = proto.Unmarshal(encoded, e); errs[c] != nil {
					return
				}
				_, err := client.IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{e}})
				if ended := ctx.Err() != nil || status.Code(err) == codes.DeadlineExceeded; err != nil && !ended {
					errs[c] = err
				}
				if err != nil {
					return
				}
				taken.Add(1)
			}
		})
	}
	group.Wait()
	return taken.Load(), errors.Join(errs...)
}

// percentiles returns the 50th and the 99th of the durations.
func percentiles(d []time.Duration) (p50, p99 time.Duration) {
	if len(d) == 0 {
		return 0, 0
	}
	slices.Sort(d)
	return d[len(d)/2], d[min(len(d)-1, len(d)*99/100)]
}
