package importer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/history"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/verify/receipt"
)

const (
	// eventsPerBatch makes one message on disk of many events; see the measurements in docs/adr.
	eventsPerBatch = 200
	// window is how many batches may wait for their acknowledgement.
	window = 8
	// stall is how long a stream may stand still before it is given up: longer than the platform holds a batch while its queue
	// is full.
	stall = 6 * time.Minute
)

// Sender streams events of one member and repeats what was not acknowledged.
type Sender struct {
	client ingestv1.IngestServiceClient
	member string

	batch []*pb.CloudEvent
	in    chan *ingestv1.StreamEventsRequest
	done  chan error
	next  int64

	// sealer seals confidential fields; nil sends them as they are, and the platform refuses the events.
	sealer Sealer
	// signer signs each batch; nil sends events unsigned. own is the number of the first batch of this run: those before it
	// were signed by an earlier one and not acknowledged.
	signer Signer
	own    int64

	// patience and stall are the constants of the same names, which tests shorten.
	patience, stall time.Duration

	// rejected is told every row that the platform refused.
	rejected func(history.Rejection) error
	// promised is told every promise, if it is set.
	promised func(receipt.Promise) error

	mu   sync.Mutex
	sums Sums
	// acks counts acknowledgements, those of an earlier run's batches too.
	acks int
	// places say where the events of each batch under way stand in the file: for one batch more than the window at most.
	places map[int64][]place
}

// Sealer seals the confidential fields of a member's event, always to the same bytes; *sealer.Sealer is one.
type Sealer interface {
	Seal(ctx context.Context, member string, ce *pb.CloudEvent) (*pb.CloudEvent, error)
}

// Signer signs batches of one source and keeps each on disk until it is acknowledged; *sourcesign.Source is one.
type Signer interface {
	// Pending returns what earlier runs signed and had no acknowledgement for, to be sent before anything else.
	Pending() ([]*ingestv1.SignedBatch, error)
	Sign(events []*pb.CloudEvent) (*ingestv1.SignedBatch, error)
	// Acknowledged forgets the oldest pending batch.
	Acknowledged() error
}

// SealWith makes the sender seal confidential fields before it signs.
func (s *Sender) SealWith(sealer Sealer) { s.sealer = sealer }

// SignWith makes the sender sign what it sends. The signer's source must be that of every event.
func (s *Sender) SignWith(signer Signer) { s.signer = signer }

// place is where an event comes from.
type place struct{ line, row int }

// NewSender sends as a principal of member over a connection to the ingest service.
func NewSender(ingest grpc.ClientConnInterface, member string) *Sender {
	return &Sender{
		client: ingestv1.NewIngestServiceClient(ingest), member: member, patience: patience, stall: stall,
		sums: Sums{Rejected: map[string]int{}}, places: map[int64][]place{},
	}
}

// Source is the events' "source" attribute for a format.
func (s *Sender) Source(format string) string {
	return fmt.Sprintf("/members/%s/import/%s", s.member, format)
}

func (s *Sender) start(ctx context.Context) error {
	pending, err := s.pending()
	if err != nil {
		return err
	}
	s.in, s.done = make(chan *ingestv1.StreamEventsRequest), make(chan error, 1)
	go func() {
		s.done <- s.run(ctx, pending)
		close(s.done)
	}()
	return nil
}

// pending makes requests of what an earlier run signed: their statements hold numbers of the source's chain, which no other
// batch may have. Their rows come again in this run, as known ones, and are counted then.
func (s *Sender) pending() ([]*ingestv1.StreamEventsRequest, error) {
	if s.signer == nil {
		return nil, nil
	}
	batches, err := s.signer.Pending()
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	requests := make([]*ingestv1.StreamEventsRequest, len(batches))
	for i, b := range batches {
		requests[i] = &ingestv1.StreamEventsRequest{BatchNumber: s.next, Signed: b}
		s.next++
	}
	s.own = s.next
	return requests, nil
}

// send collects the event and hands a full batch over.
func (s *Sender) send(ctx context.Context, e *pb.CloudEvent, from place) error {
	if s.sealer != nil {
		var err error
		if e, err = s.sealer.Seal(ctx, s.member, e); err != nil {
			return fmt.Errorf("import: seal: %w", err)
		}
	}
	s.batch = append(s.batch, e)
	s.mu.Lock()
	s.places[s.next] = append(s.places[s.next], from)
	s.mu.Unlock()
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
	if s.signer != nil {
		signed, err := s.signer.Sign(s.batch)
		if err != nil {
			return fmt.Errorf("import: sign: %w", err)
		}
		req.Events, req.Signed = nil, signed
	}
	s.next++
	s.batch = nil
	select {
	case s.in <- req:
		return nil
	case err := <-s.done:
		if err == nil {
			err = errors.New("import: the stream has ended")
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finish sends the rest and waits for all acknowledgements.
func (s *Sender) finish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	err := s.flush(ctx)
	close(s.in)
	if ended := <-s.done; err == nil {
		err = ended
	}
	return err
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

// run keeps a stream open until all batches are acknowledged. A broken stream is opened again while there is progress, and
// for as long as patience lasts without any.
func (s *Sender) run(ctx context.Context, pending []*ingestv1.StreamEventsRequest) error {
	lastProgress := time.Now()
	for {
		before := s.acknowledged()
		opened, err := s.session(ctx, &pending)
		if err == nil || ctx.Err() != nil {
			return err
		}
		// A stream that was open with nothing to send, for however long, does not count against patience.
		if s.acknowledged() > before || opened && len(pending) == 0 {
			lastProgress = time.Now()
		}
		if !passing(err) || time.Since(lastProgress) > s.patience {
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
	return s.acks
}

func (s *Sender) acknowledge(pending *[]*ingestv1.StreamEventsRequest, ack *ingestv1.StreamEventsResponse) error {
	if len(*pending) == 0 || (*pending)[0].GetBatchNumber() != ack.GetBatchNumber() {
		return fmt.Errorf("import: acknowledgement of batch %d out of order", ack.GetBatchNumber())
	}
	req := (*pending)[0]
	sent := len(req.GetEvents()) + len(req.GetSigned().GetCloudEvents())
	if err := s.keep(req, ack.GetAcknowledgement()); err != nil { // before the batch is forgotten
		return err
	}
	*pending = (*pending)[1:]
	if s.signer != nil {
		if err := s.signer.Acknowledged(); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	places := s.count(sent, ack)
	for _, r := range ack.GetAcknowledgement().GetRejections() {
		at := int(r.GetIndex())
		if s.rejected == nil || at < 0 || at >= len(places) {
			continue
		}
		rejection := history.Rejection{
			Line: places[at].line, Row: places[at].row, Code: history.Code(r.GetReason()), Reason: "the platform refused the event: " + r.GetDetail(),
		}
		if err := s.rejected(rejection); err != nil {
			return err
		}
	}
	return nil
}

// keep tells the promise of an acknowledged batch.
func (s *Sender) keep(req *ingestv1.StreamEventsRequest, ack *ingestv1.BatchAcknowledgement) error {
	if s.promised == nil {
		return nil
	}
	batch := req.GetSigned().GetCloudEvents()
	for _, e := range req.GetEvents() {
		encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(e)
		if err != nil {
			return fmt.Errorf("import: keep a receipt: %w", err)
		}
		batch = append(batch, encoded)
	}
	promise, err := receipt.Keep(ack, batch)
	if err != nil || len(promise.Receipt) == 0 {
		return err
	}
	return s.promised(promise)
}

// count adds an acknowledgement to the sums and returns the places of its events.
func (s *Sender) count(sent int, ack *ingestv1.StreamEventsResponse) []place {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acks++
	if ack.GetBatchNumber() < s.own {
		return nil
	}
	s.sums.Sent += sent
	s.sums.Accepted += int(ack.GetAcknowledgement().GetAccepted())
	s.sums.Duplicates += int(ack.GetAcknowledgement().GetDuplicates())
	for _, r := range ack.GetAcknowledgement().GetRejections() {
		s.sums.Rejected[r.GetReason()]++
	}
	places := s.places[ack.GetBatchNumber()]
	delete(s.places, ack.GetBatchNumber())
	return places
}
