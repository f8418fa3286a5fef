package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/history"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

var (
	errAway   = apperr.New(apperr.Unavailable, "AWAY", "the server stops")
	errIdle   = apperr.New(apperr.Aborted, "STREAM_IDLE", "no batch for too long")
	errDenied = apperr.New(apperr.PermissionDenied, "PERMISSION_DENIED", "no")
)

// wantSums checks that every row is accounted for and had one effect.
func (p *platform) wantSums(t *testing.T, got Sums, err error, rows, duplicates int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got.RowsRead != rows || got.Sent != rows || got.Accepted != rows-duplicates || got.Duplicates != duplicates || got.RejectedTotal() != 0 {
		t.Errorf("sums are %+v, want %d rows and %d duplicates", got, rows, duplicates)
	}
	if len(p.effects) != rows {
		t.Errorf("%d events had an effect, want %d", len(p.effects), rows)
	}
}

func TestEveryRowIsAccountedFor(t *testing.T) {
	p := newPlatform(t)
	sums, err := p.newImport(&source{vehicles: 1200, events: 3}).Run(t.Context())
	p.wantSums(t, sums, err, 3600, 0)
	if sums.Vehicles != 1200 || sums.VehiclesNew != 1200 {
		t.Errorf("sums are %+v", sums)
	}
	again, err := p.newImport(&source{vehicles: 1200, events: 3}).Run(t.Context())
	p.wantSums(t, again, err, 3600, 3600)
}

// TestWhatStandsBeforeAnUnreadablePlaceIsSent holds that also less than a chunk and less than a batch arrives.
func TestWhatStandsBeforeAnUnreadablePlaceIsSent(t *testing.T) {
	p, torn := newPlatform(t), errors.New("the file is torn")
	sums, err := p.newImport(&source{vehicles: 5, events: 3, next: func(n int) error {
		if n == 4 {
			return torn
		}
		return nil
	}}).Run(t.Context())
	if !errors.Is(err, torn) || sums.RowsRead != 12 || sums.Accepted != 12 || len(p.effects) != 12 {
		t.Errorf("%d effects, sums %+v, error %v", len(p.effects), sums, err)
	}
}

func TestNothingIsFine(t *testing.T) {
	p := newPlatform(t)
	sums, err := p.newImport(&source{}).Run(t.Context())
	p.wantSums(t, sums, err, 0, 0)
}

// TestUnacknowledgedBatchesAreSentAgain loses the stream after batches took effect and before they were acknowledged.
func TestUnacknowledgedBatchesAreSentAgain(t *testing.T) {
	p := newPlatform(t)
	const lost = 3
	p.onOpen = func(n int, s stream) error {
		if n > 0 {
			return p.serve(s)
		}
		for k := range 2 + lost {
			req, err := s.Recv()
			if err != nil {
				return err
			}
			ack := p.accept(req)
			if k >= 2 {
				continue
			}
			if err := s.Send(ack); err != nil {
				return err
			}
		}
		return errAway
	}
	sums, err := p.newImport(&source{vehicles: 400, events: 10}).Run(t.Context())
	p.wantSums(t, sums, err, 4000, lost*eventsPerBatch)
}

// TestAcknowledgementsBeforeTheBreakCount: what was acknowledged is not sent again, however quickly the stream broke then.
func TestAcknowledgementsBeforeTheBreakCount(t *testing.T) {
	p := newPlatform(t)
	p.onOpen = func(_ int, s stream) error {
		var acks []*ingestv1.StreamEventsResponse
		for range window {
			req, err := s.Recv()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			acks = append(acks, p.accept(req))
		}
		for _, ack := range acks {
			if err := s.Send(ack); err != nil {
				return err
			}
		}
		if len(acks) == 0 {
			return nil
		}
		return errAway
	}
	const batches = 5 * window
	sums, err := p.newImport(&source{vehicles: batches, events: eventsPerBatch}).Run(t.Context())
	p.wantSums(t, sums, err, batches*eventsPerBatch, 0)
	if p.opened < 5 {
		t.Errorf("%d streams, want one each %d batches", p.opened, window)
	}
}

func TestRejectionsAreCountedWithTheirPlace(t *testing.T) {
	p := newPlatform(t)
	src := &records{
		{Vehicle: history.Vehicle{VIN: "vin1"}, Events: []history.Event{reading(1, 1, "a"), reading(1, 2, refusedID+"b")}},
		{Rejections: []history.Rejection{{Line: 2, Code: history.CodeLineMalformed}}},
		{Vehicle: history.Vehicle{VIN: "bad"}, Events: []history.Event{reading(3, 1, "c"), reading(3, 2, "d")}},
	}
	i := p.newImport(src)
	var places []string
	i.Rejected = func(r history.Rejection) error {
		places = append(places, fmt.Sprintf("%d/%d %s", r.Line, r.Row, r.Code))
		return nil
	}
	sums, err := i.Run(t.Context())
	must(t, err)
	slices.Sort(places)
	if want := []string{"1/2 ODOMETER_ABSURD", "2/0 LINE_MALFORMED", "3/1 VIN_LENGTH", "3/2 VIN_LENGTH"}; !slices.Equal(places, want) {
		t.Errorf("refused are %v, want %v", places, want)
	}
	if sums.Accepted != 1 || sums.Rejected["ODOMETER_ABSURD"] != 1 || sums.Rejected["LINE_MALFORMED"] != 1 || sums.Rejected["VIN_LENGTH"] != 2 || sums.RejectedTotal() != 4 {
		t.Errorf("sums are %+v", sums)
	}
}

// records yields what it holds.
type records []history.Record

func (r *records) Next() (history.Record, error) {
	if len(*r) == 0 {
		return history.Record{}, io.EOF
	}
	first := (*r)[0]
	*r = (*r)[1:]
	return first, nil
}

func (r *records) Tally() history.Tally { return history.Tally{} }

func (r *records) Close() error { return nil }

// TestWithoutAcknowledgementsLittleIsRead: neither the window nor memory grows while the platform is slow.
func TestWithoutAcknowledgementsLittleIsRead(t *testing.T) {
	p := newPlatform(t)
	full, goOn := make(chan struct{}), make(chan struct{})
	var received, read atomic.Int64
	p.onOpen = func(_ int, s stream) error {
		var held []*ingestv1.StreamEventsRequest
		for range window {
			req, err := s.Recv()
			if err != nil {
				return err
			}
			received.Add(1)
			held = append(held, req)
		}
		close(full)
		next := make(chan struct{})
		go func() {
			defer close(next)
			<-goOn
			for _, req := range held {
				_ = s.Send(p.accept(req))
			}
		}()
		req, err := s.Recv() // the ninth comes only after an acknowledgement
		received.Add(1)
		<-next
		if err != nil {
			return err
		}
		if err := s.Send(p.accept(req)); err != nil {
			return err
		}
		return p.serve(s)
	}
	const perVehicle, vehicles = 2, 20_000
	src := &source{vehicles: vehicles, events: perVehicle, next: func(n int) error { read.Store(int64(n)); return nil }}
	type result struct {
		sums Sums
		err  error
	}
	done := make(chan result, 1)
	go func() {
		sums, err := p.newImport(src).Run(t.Context())
		done <- result{sums, err}
	}()
	<-full
	select {
	case <-done:
		t.Fatal("ended without acknowledgements")
	case <-time.After(300 * time.Millisecond): // time in which more could be sent and read
	}
	if got := received.Load(); got != window {
		t.Errorf("%d batches are out, want %d", got, window)
	}
	if got, bound := read.Load(), int64((window+2)*eventsPerBatch/perVehicle+2*vehiclesPerCall); got > bound {
		t.Errorf("%d vehicles are read, more than %d", got, bound)
	}
	close(goOn)
	r := <-done
	p.wantSums(t, r.sums, r.err, perVehicle*vehicles, 0)
}

func TestARefusalEndsTheImport(t *testing.T) {
	p := newPlatform(t)
	p.onOpen = func(int, stream) error { return errDenied }
	_, err := p.newImport(&source{vehicles: 10_000, events: 1}).Run(t.Context())
	if !errors.Is(err, errDenied) || errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v, want %v alone", err, errDenied)
	}
	if p.opened != 1 {
		t.Errorf("%d streams", p.opened)
	}
}

func TestOtherFailuresEndTheImport(t *testing.T) {
	unreadable := errors.New("unreadable")
	for name, c := range map[string]struct {
		bind, read, want error
	}{
		"the vault refuses": {bind: errDenied, want: errDenied},
		"the file breaks":   {read: unreadable, want: unreadable},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.bindErr = c.bind
			_, err := p.newImport(&source{vehicles: 600, events: 1, next: func(n int) error {
				if n == 550 {
					return c.read
				}
				return nil
			}}).Run(t.Context())
			if !errors.Is(err, c.want) || errors.Is(err, context.Canceled) {
				t.Errorf("ended with %v, want %v alone", err, c.want)
			}
		})
	}
}

func TestAnAbsentPlatformIsGivenUp(t *testing.T) {
	p := newPlatform(t)
	p.onOpen = func(int, stream) error { return errAway }
	i := p.newImport(&source{vehicles: 1, events: eventsPerBatch})
	i.Others.patience = time.Second
	// When gRPC gives up its own attempts while a batch is being sent, it tells the end of the stream and not its reason.
	if _, err := i.Run(t.Context()); !errors.Is(err, errAway) && !errors.Is(err, errStreamEnded) {
		t.Errorf("ended with %v, want %v", err, errAway)
	}
}

// TestAnIdleStreamDoesNotCountAgainstPatience: the platform ends streams without batches, and restarts, as often as it likes.
func TestAnIdleStreamDoesNotCountAgainstPatience(t *testing.T) {
	p := newPlatform(t)
	const idle = 3
	ended := make(chan struct{}, idle)
	p.onOpen = func(n int, s stream) error {
		if n >= idle {
			return p.serve(s)
		}
		ended <- struct{}{}
		return errIdle
	}
	i := p.newImport(&source{vehicles: 1, events: 1, next: func(n int) error {
		for range idle * (1 - n) { // the first record comes late
			<-ended
		}
		return nil
	}})
	i.Others.patience = 2 * retryPause // less than all the streams take
	sums, err := i.Run(t.Context())
	p.wantSums(t, sums, err, 1, 0)
}

func TestAStalledStreamIsOpenedAgain(t *testing.T) {
	p := newPlatform(t)
	p.onOpen = func(n int, s stream) error {
		if n == 0 {
			<-s.Context().Done() // reads nothing, says nothing
			return s.Context().Err()
		}
		return p.serve(s)
	}
	i := p.newImport(&source{vehicles: 100, events: 100})
	i.Others.stall = 200 * time.Millisecond
	sums, err := i.Run(t.Context())
	p.wantSums(t, sums, err, 10_000, 0)
}

func TestAnInterruptEndsTheImport(t *testing.T) {
	p := newPlatform(t)
	ctx, cancel := context.WithCancel(t.Context())
	p.onOpen = func(_ int, s stream) error {
		cancel()
		<-s.Context().Done()
		return s.Context().Err()
	}
	if _, err := p.newImport(&source{vehicles: 10_000, events: 1}).Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}
