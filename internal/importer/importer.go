package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/history"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	"github.com/pcc-platform/pcc/verify/receipt"
)

const (
	// vehiclesPerCall is how many vehicles are bound and enrolled at a time.
	vehiclesPerCall = 500
	// recordsPerChunk bounds what is read before it is sent, also where no record has a vehicle.
	recordsPerChunk = 2000
	// patience bounds how long a call is repeated while a part of the platform is away.
	patience   = 2 * time.Minute
	retryPause = 300 * time.Millisecond
)

// Import is one run over a source.
type Import struct {
	Source history.Source
	// Format names the source in the events' "source" attribute.
	Format string
	// Vault and Registry enrol the vehicles.
	Vault, Registry grpc.ClientConnInterface
	// Inspections sends the inspections, Others all else; the two may be the same.
	Inspections, Others *Sender
	// Progress is told the sums so far, after each chunk of records.
	Progress func(Sums)
	// Rejected, if set, is told every row that became no event, whoever refused it. An error of it ends the import.
	Rejected func(history.Rejection) error
	// Promised, if set, is told the promise of every acknowledged batch, also of one that an earlier run had signed. An error of it
	// ends the import.
	Promised func(receipt.Promise) error

	known     known
	reporting sync.Mutex
}

// Sums account for every row of the source: RowsRead = Accepted + Duplicates + all of Rejected, once the import is over.
type Sums struct {
	// Vehicles counts one that returns after more than maxKnown others again; VehiclesNew is exact.
	Vehicles, VehiclesNew int
	RowsRead              int
	Sent                  int
	Accepted, Duplicates  int
	Rejected              map[string]int // by reason: the reader's own, and the platform's
	Largest               string         // the passport with the most events in one record
	largestEvents         int
	Started, Ended        time.Time
}

// RejectedTotal is the number of rows that became no event.
func (s Sums) RejectedTotal() int {
	n := 0
	for _, count := range s.Rejected {
		n += count
	}
	return n
}

// Run imports everything and returns the sums, also with an error.
func (i *Import) Run(ctx context.Context) (Sums, error) {
	sums := Sums{Rejected: map[string]int{}, Started: time.Now()}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	i.known = newKnown()
	senders := i.senders()
	for _, s := range senders {
		s.rejected = i.report
		if i.Promised != nil {
			s.promised = i.keep
		}
		if err := s.start(ctx); err != nil {
			return sums, err // ctx ends those that were started
		}
	}
	unread, err := i.feed(ctx, &sums)
	if err != nil {
		cancel() // what is under way need not be waited for
	}
	for _, s := range senders {
		if finishErr := s.finish(context.WithoutCancel(ctx)); err == nil {
			err = finishErr // after another failure it is only that failure's echo
		}
		s.addTo(&sums)
	}
	if err == nil {
		err = unread
	}
	sums.RowsRead = i.Source.Tally().RowsRead
	sums.Ended = time.Now()
	return sums, err
}

func (i *Import) senders() []*Sender {
	if i.Inspections == i.Others {
		return []*Sender{i.Inspections}
	}
	return []*Sender{i.Inspections, i.Others}
}

// feed reads the source chunk by chunk, so that memory does not grow with the file. It returns apart why the source cannot
// be read on: what stands before that place is sent all the same.
func (i *Import) feed(ctx context.Context, sums *Sums) (unread, err error) {
	for {
		chunk, readErr := i.nextChunk(sums)
		if err := i.importChunk(ctx, chunk, sums); err != nil {
			return nil, err
		}
		i.Progress(i.soFar(*sums))
		if errors.Is(readErr, io.EOF) {
			return nil, nil
		}
		if readErr != nil {
			return readErr, nil
		}
	}
}

func (i *Import) soFar(sums Sums) Sums {
	sums.RowsRead = i.Source.Tally().RowsRead
	sums.Rejected = nil
	for _, s := range i.senders() {
		s.addTo(&sums)
	}
	return sums
}

// nextChunk returns the next records, also with an error, which is io.EOF at the source's end.
func (i *Import) nextChunk(sums *Sums) (chunk []history.Record, err error) {
	for read := 0; read < recordsPerChunk && len(chunk) < vehiclesPerCall; read++ {
		r, err := i.Source.Next()
		if err != nil {
			return chunk, fmt.Errorf("import: read: %w", err)
		}
		for _, rejection := range r.Rejections {
			sums.Rejected[string(rejection.Code)]++
			if err := i.report(rejection); err != nil {
				return chunk, err
			}
		}
		if r.Vehicle.VIN != "" || r.Vehicle.Passport != "" {
			chunk = append(chunk, r)
		}
	}
	return chunk, nil
}

func (i *Import) importChunk(ctx context.Context, chunk []history.Record, sums *Sums) error {
	if err := i.enrolNew(ctx, chunk, sums); err != nil {
		return err
	}
	for _, record := range chunk {
		e := enrolment{passport: record.Vehicle.Passport}
		if record.Vehicle.VIN != "" {
			e, _ = i.known.get(record.Vehicle.VIN)
		}
		if e.passport == "" {
			if err := i.refuse(record, e.reason, sums); err != nil {
				return err
			}
			continue
		}
		if len(record.Events) > sums.largestEvents {
			sums.Largest, sums.largestEvents = e.passport, len(record.Events)
		}
		if err := i.send(ctx, e.passport, record); err != nil {
			return err
		}
	}
	return nil
}

// refuse counts the rows of a vehicle that gets no passport.
func (i *Import) refuse(record history.Record, reason string, sums *Sums) error {
	sums.Rejected[reason] += len(record.Events)
	for _, e := range record.Events {
		r := history.Rejection{Line: e.Line, Row: e.Row, Code: history.Code(reason), Reason: "the platform refused the vehicle"}
		if err := i.report(r); err != nil {
			return err
		}
	}
	return nil
}

func (i *Import) send(ctx context.Context, passport string, record history.Record) error {
	for _, e := range record.Events {
		sender := i.Others
		if _, inspection := e.Message.(*eventsv1.Inspection); inspection {
			sender = i.Inspections
		}
		ce, err := newEvent(sender.Source(i.Format), passport, e)
		if err != nil {
			return err
		}
		if err := sender.send(ctx, ce, place{line: e.Line, row: e.Row}); err != nil {
			return err
		}
	}
	return nil
}

// report tells of a rejected row. Rows are rejected while reading and, on other goroutines, by acknowledgements.
func (i *Import) report(r history.Rejection) error {
	if i.Rejected == nil {
		return nil
	}
	i.reporting.Lock()
	defer i.reporting.Unlock()
	if err := i.Rejected(r); err != nil {
		return fmt.Errorf("import: report a rejected row: %w", err)
	}
	return nil
}

func (i *Import) keep(p receipt.Promise) error {
	i.reporting.Lock()
	defer i.reporting.Unlock()
	if err := i.Promised(p); err != nil {
		return fmt.Errorf("import: keep a receipt: %w", err)
	}
	return nil
}

// persist repeats a call while a part of the platform is away; every call it is used for may be repeated.
func persist[T any](ctx context.Context, call func() (T, error)) (T, error) {
	for deadline := time.Now().Add(patience); ; {
		out, err := call()
		if err == nil || !passing(err) || time.Now().After(deadline) {
			return out, err
		}
		select {
		case <-ctx.Done():
			return out, ctx.Err()
		case <-time.After(retryPause):
		}
	}
}

// passing reports whether err may go away by itself.
func passing(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	e := apperr.As(err)
	return e != nil && (e.Kind == apperr.Unavailable || e.Kind == apperr.ResourceExhausted || e.Kind == apperr.Aborted)
}
