package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/history"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

const (
	// vehiclesPerCall is how many vehicles are bound and enrolled at a time.
	vehiclesPerCall = 500
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
	// Senders take the readings, each of its kind; the two may be the same.
	Inspections, Odometers *Sender
	// Progress is told the sums so far, after each chunk of vehicles.
	Progress func(Sums)
}

// Sums account for every row of the source: RowsRead = Accepted + Duplicates + all of Rejected, once the import is over.
type Sums struct {
	Vehicles, VehiclesNew    int
	RowsRead                 int
	Sent                     int
	Accepted, Duplicates     int
	Rejected                 map[string]int // by reason: the reader's own, and the platform's
	Largest                  string         // the passport with the most readings
	largestReadings          int
	Passports                int
	Started, Enrolled, Ended time.Time
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
	senders := i.senders()
	for _, s := range senders {
		s.start(ctx)
	}
	err := i.feed(ctx, &sums)
	if err != nil {
		cancel() // what is under way need not be waited for
	}
	for _, s := range senders {
		if finishErr := s.finish(context.WithoutCancel(ctx)); err == nil {
			err = finishErr // after another failure it is only that failure's echo
		}
		s.addTo(&sums)
	}
	tally := i.Source.Tally()
	sums.RowsRead = tally.RowsRead
	for code, n := range tally.Rejected {
		sums.Rejected[string(code)] += n
	}
	sums.Ended = time.Now()
	return sums, err
}

func (i *Import) senders() []*Sender {
	if i.Inspections == i.Odometers {
		return []*Sender{i.Inspections}
	}
	return []*Sender{i.Inspections, i.Odometers}
}

// feed reads the source chunk by chunk, so that memory does not grow with the file.
func (i *Import) feed(ctx context.Context, sums *Sums) error {
	for {
		chunk, more, err := i.nextChunk()
		if err != nil {
			return fmt.Errorf("import: read: %w", err)
		}
		if err := i.importChunk(ctx, chunk, sums); err != nil {
			return err
		}
		i.Progress(i.soFar(*sums))
		if !more {
			return nil
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

// nextChunk returns the next vehicles, and whether there may be more after them.
func (i *Import) nextChunk() (chunk []history.Record, more bool, err error) {
	for len(chunk) < vehiclesPerCall {
		r, err := i.Source.Next()
		if errors.Is(err, io.EOF) {
			return chunk, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		if r.Vehicle.VIN != "" {
			chunk = append(chunk, r)
		}
	}
	return chunk, true, nil
}

func (i *Import) importChunk(ctx context.Context, chunk []history.Record, sums *Sums) error {
	if len(chunk) == 0 {
		return nil
	}
	vehicles, err := i.bind(ctx, chunk, sums)
	if err != nil {
		return fmt.Errorf("import: bind vehicles: %w", err)
	}
	passports, err := i.enrol(ctx, chunk, vehicles, sums)
	if err != nil {
		return fmt.Errorf("import: enrol passports: %w", err)
	}
	for n, record := range chunk {
		if passports[n] == "" {
			continue
		}
		if len(record.Readings) > sums.largestReadings {
			sums.Largest, sums.largestReadings = passports[n], len(record.Readings)
		}
		if err := i.send(ctx, passports[n], record); err != nil {
			return err
		}
	}
	return nil
}

// bind returns the vehicle handle of each record; a record whose VIN is refused has none, and its readings count as rejected.
func (i *Import) bind(ctx context.Context, chunk []history.Record, sums *Sums) ([]string, error) {
	req := &vaultv1.BatchBindVehiclesRequest{}
	for _, r := range chunk {
		req.Vins = append(req.Vins, string(r.Vehicle.VIN))
	}
	resp, err := persist(ctx, func() (*vaultv1.BatchBindVehiclesResponse, error) {
		return vaultv1.NewVaultServiceClient(i.Vault).BatchBindVehicles(ctx, req)
	})
	if err != nil {
		return nil, err
	}
	if len(resp.GetResults()) != len(chunk) {
		return nil, fmt.Errorf("%d answers for %d vehicles", len(resp.GetResults()), len(chunk))
	}
	vehicles := make([]string, len(chunk))
	for n, result := range resp.GetResults() {
		if result.GetReason() != "" {
			sums.Rejected[result.GetReason()] += len(chunk[n].Readings)
			continue
		}
		vehicles[n] = result.GetVehicle()
		sums.Vehicles++
	}
	return vehicles, nil
}

func (i *Import) enrol(ctx context.Context, chunk []history.Record, vehicles []string, sums *Sums) ([]string, error) {
	req := &registryv1.BatchEnrolPassportsRequest{RequestId: uuid.NewString()}
	var position []int
	for n, vehicle := range vehicles {
		if vehicle != "" {
			req.Passports = append(req.Passports, &registryv1.Passport{Vehicle: vehicle, Specification: specification(chunk[n].Vehicle)})
			position = append(position, n)
		}
	}
	passports := make([]string, len(chunk))
	if len(position) == 0 {
		return passports, nil
	}
	resp, err := persist(ctx, func() (*registryv1.BatchEnrolPassportsResponse, error) {
		return registryv1.NewPassportServiceClient(i.Registry).BatchEnrolPassports(ctx, req)
	})
	if err != nil {
		return nil, err
	}
	if len(resp.GetResults()) != len(position) {
		return nil, fmt.Errorf("%d answers for %d passports", len(resp.GetResults()), len(position))
	}
	for k, result := range resp.GetResults() {
		n := position[k]
		switch result.GetReason() {
		case "":
			sums.VehiclesNew++
			passports[n] = result.GetPassport().GetName()
		case "VEHICLE_ALREADY_ENROLLED":
			passports[n] = result.GetPassport().GetName()
		default:
			sums.Rejected[result.GetReason()] += len(chunk[n].Readings)
		}
	}
	return passports, nil
}

func specification(v history.Vehicle) *registryv1.Specification {
	return &registryv1.Specification{
		Make: v.Make, Model: v.Model, Variant: v.Variant, FirstDate: v.FirstRegistration,
		Colour: v.Colour, Energy: v.Energy, PowerWatts: v.PowerWatts,
	}
}

func (i *Import) send(ctx context.Context, passport string, record history.Record) error {
	for _, reading := range record.Readings {
		sender := i.Inspections
		if reading.Kind == history.KindOdometer {
			sender = i.Odometers
		}
		e, err := newEvent(sender.Source(i.Format), passport, reading)
		if err != nil {
			return fmt.Errorf("import: line %d: %w", reading.Line, err)
		}
		if err := sender.send(ctx, e); err != nil {
			return err
		}
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
