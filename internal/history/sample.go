package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
)

// Sizes of the default sample.
const (
	DefaultSampleVehicles = 1_000
	DefaultSampleReadings = 6_000
	// MaxSampleReadingsPerVehicle bounds a history: one inspection a year and
	// its re-tests do not fill more.
	MaxSampleReadingsPerVehicle = 30
)

// SampleConfig says how large a sample is. The same settings always give the
// same sample, byte for byte.
type SampleConfig struct {
	Seed uint64
	// Vehicles is 1 to MaxVehicles; 0 stands for DefaultSampleVehicles.
	Vehicles int
	// Readings is the exact number of rows over all vehicles, those with blank
	// mileage included, and lies between Vehicles and Vehicles times
	// MaxSampleReadingsPerVehicle. 0 stands for six rows a vehicle.
	Readings int
}

// ErrSampleConfig says that the settings of a sample contradict each other.
var ErrSampleConfig = errors.New("history: sample settings")

func (c SampleConfig) withDefaults() (SampleConfig, error) {
	if c.Vehicles == 0 {
		c.Vehicles = DefaultSampleVehicles
	}
	if c.Readings == 0 {
		c.Readings = c.Vehicles * DefaultSampleReadings / DefaultSampleVehicles
	}
	if c.Vehicles < 1 || c.Vehicles > MaxVehicles {
		return c, fmt.Errorf("%w: %d vehicles", ErrSampleConfig, c.Vehicles)
	}
	if c.Readings < c.Vehicles || c.Readings > c.Vehicles*MaxSampleReadingsPerVehicle {
		return c, fmt.Errorf("%w: %d readings of %d vehicles", ErrSampleConfig, c.Readings, c.Vehicles)
	}
	return c, nil
}

// sampler generates vehicle after vehicle.
type sampler struct {
	config SampleConfig
	random *rand.Rand
	// number is the vehicle made last, from 1.
	number int
	// rows are left for the vehicles to come.
	rows int
}

func newSampler(config SampleConfig) (*sampler, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	const stream = 0x7063632073616d70                    // any constant: PCG wants two words
	random := rand.New(rand.NewPCG(config.Seed, stream)) //nolint:gosec // a sample has to be repeatable and is no secret
	return &sampler{config: config, random: random, rows: config.Readings}, nil
}

// next returns the next vehicle and its rows, and io.EOF after the last.
func (s *sampler) next() (jsonlVehicle, []jsonlReading, error) {
	if s.number == s.config.Vehicles {
		return jsonlVehicle{}, nil, io.EOF
	}
	s.number++
	n := s.rowsOfNext()
	s.rows -= n
	history := s.drive(n)
	return s.vehicle(history), history.rows, nil
}

// rowsOfNext draws around the mean of what is left, so that the last vehicle
// ends on the exact total without being an exception.
func (s *sampler) rowsOfNext() int {
	after := s.config.Vehicles - s.number
	mean := s.rows / (after + 1)
	n := 1 + s.random.IntN(max(1, 2*mean-1))
	n = min(n, MaxSampleReadingsPerVehicle, s.rows-after)
	return max(n, s.rows-after*MaxSampleReadingsPerVehicle)
}

// sampleSource is the sample as a Source: line n is vehicle n.
type sampleSource struct {
	ledger
	sampler *sampler
}

// NewSample returns the sample of the settings. Errors: [ErrSampleConfig].
func NewSample(config SampleConfig) (Source, error) {
	sampler, err := newSampler(config)
	if err != nil {
		return nil, err
	}
	check, err := newChecker()
	if err != nil {
		return nil, err
	}
	return &sampleSource{ledger: newLedger(check, true), sampler: sampler}, nil
}

// Next implements [Source].
func (s *sampleSource) Next() (Record, error) {
	vehicle, readings, err := s.sampler.next()
	if err != nil {
		return Record{}, err
	}
	rows := make([]row, len(readings))
	for i, reading := range readings {
		rows[i] = reading.row()
	}
	return s.enter(s.sampler.number, draft{vehicle: vehicle.vehicle(), rows: rows})
}

// Close implements [Source].
func (s *sampleSource) Close() error { return nil }

// WriteSample writes the sample in the format "jsonl", rows without mileage
// included: read back, it gives the same records. Errors: [ErrSampleConfig] and
// those of w.
func WriteSample(w io.Writer, config SampleConfig) error {
	sampler, err := newSampler(config)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	for {
		vehicle, readings, err := sampler.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, reading := range readings {
			raw, err := json.Marshal(reading)
			if err != nil {
				return fmt.Errorf("history: write sample: %w", err)
			}
			vehicle.Readings = append(vehicle.Readings, raw)
		}
		if err := encoder.Encode(vehicle); err != nil {
			return fmt.Errorf("history: write sample: %w", err)
		}
	}
}
