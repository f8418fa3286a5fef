package ingest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	benchMember    = "oem"
	eventsPerBatch = 200
	// streams send at the same time, each with window batches unacknowledged.
	streams = 4
	window  = 8
	// unaryCallers send one event a call at the same time.
	unaryCallers = 32
	// kmPerEvent makes each vehicle's mileage grow by as much from event to event.
	kmPerEvent = 7
)

// generator makes batches of plausible events: each vehicle is read once an hour and drives on in between.
type generator struct {
	passports []string
	source    string
	start     time.Time
	next      atomic.Int64 // number of the next batch
}

func newGenerator(passports []string, name string) *generator {
	return &generator{
		passports: passports, source: "/members/" + benchMember + "/bench/" + name,
		start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// batch returns the batch of that number, always the same.
func (g *generator) batch(number int64) ([]*pb.CloudEvent, error) {
	events := make([]*pb.CloudEvent, eventsPerBatch)
	for i := range events {
		n := number*eventsPerBatch + int64(i)
		vehicle, reading := n%int64(len(g.passports)), n/int64(len(g.passports))
		e, err := event.New(eventID(n), g.source, g.passports[vehicle], g.start.Add(time.Duration(reading)*time.Hour),
			&eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
				RawValue: strconv.FormatInt(1000+reading*kmPerEvent, 10), RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE,
				Provenance: eventsv1.Provenance_PROVENANCE_OBD_READ,
			}})
		if err != nil {
			return nil, err
		}
		events[i] = e
	}
	return events, nil
}

func eventID(n int64) string { return "b-" + strconv.FormatInt(n, 10) }

// lastOf is the id of a batch's last event.
func lastOf(batch int64) string { return eventID(batch*eventsPerBatch + eventsPerBatch - 1) }

// observer is told of each batch, at once, from several goroutines.
type observer struct {
	acknowledged func(batch int64, took time.Duration)
}

// stream sends batches over several gRPC streams until ctx ends or total batches are sent; pace is the time between two
// batches of all streams together, 0 for as fast as they are taken. It returns the events acknowledged.
func stream(ctx context.Context, conn grpc.ClientConnInterface, g *generator, total int64, pace time.Duration, o observer) (int64, error) {
	var group sync.WaitGroup
	errs := make(chan error, streams)
	var acknowledged atomic.Int64
	var ticks <-chan time.Time
	if pace > 0 {
		ticker := time.NewTicker(pace)
		defer ticker.Stop()
		ticks = ticker.C
	}
	last := g.next.Load() + total
	for range streams {
		group.Go(func() {
			if err := oneStream(ctx, conn, g, last, ticks, o, &acknowledged); err != nil {
				errs <- err
			}
		})
	}
	group.Wait()
	select {
	case err := <-errs:
		return acknowledged.Load(), err
	default:
		return acknowledged.Load(), nil
	}
}

func oneStream(ctx context.Context, conn grpc.ClientConnInterface, g *generator, last int64, ticks <-chan time.Time, o observer, acknowledged *atomic.Int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := ingestv1.NewIngestServiceClient(conn).StreamEvents(ctx)
	if err != nil {
		return err
	}
	f := &flight{places: make(chan struct{}, window), failed: make(chan error, 1), observer: o, acknowledged: acknowledged}
	go f.receive(s)
	for {
		if ticks != nil {
			select {
			case <-ticks:
			case err := <-f.failed:
				return err
			}
		}
		number := g.next.Add(1) - 1
		if number >= last {
			break
		}
		events, err := g.batch(number)
		if err != nil {
			return err
		}
		if err := f.take(); err != nil {
			return err
		}
		f.sent.Store(number, time.Now())
		if err := s.Send(&ingestv1.StreamEventsRequest{BatchNumber: number, Events: events}); err != nil {
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
	places       chan struct{}
	sent         sync.Map // batch number -> time
	failed       chan error
	observer     observer
	acknowledged *atomic.Int64
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
		if at, ok := f.sent.LoadAndDelete(ack.GetBatchNumber()); ok && f.observer.acknowledged != nil {
			f.observer.acknowledged(ack.GetBatchNumber(), time.Since(at.(time.Time))) //nolint:forcetypeassert // only times are stored
		}
		f.acknowledged.Add(eventsPerBatch)
		<-f.places
	}
}

// unary sends one event a call until ctx ends, and returns how many were taken.
func unary(ctx context.Context, conn grpc.ClientConnInterface, g *generator) (int64, error) {
	client := ingestv1.NewIngestServiceClient(conn)
	var group sync.WaitGroup
	var taken atomic.Int64
	errs := make(chan error, unaryCallers)
	for range unaryCallers {
		group.Go(func() {
			for ctx.Err() == nil {
				events, err := g.batch(g.next.Add(1) - 1)
				if err != nil {
					errs <- err
					return
				}
				for _, e := range events {
					if _, err := client.IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{e}}); err != nil {
						if ctx.Err() == nil {
							errs <- err
						}
						return
					}
					taken.Add(1)
				}
			}
		})
	}
	group.Wait()
	select {
	case err := <-errs:
		return taken.Load(), err
	default:
		return taken.Load(), nil
	}
}

// percentiles returns the 50th and the 99th of the durations.
func percentiles(d []time.Duration) (p50, p99 time.Duration) {
	if len(d) == 0 {
		return 0, 0
	}
	slices.Sort(d)
	return d[len(d)/2], d[min(len(d)-1, len(d)*99/100)]
}
