package history

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
)

func collectRecords(t *testing.T, source Source, err error) ([]Record, Tally) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var records []Record
	for {
		record, err := source.Next()
		if errors.Is(err, io.EOF) {
			return records, source.Tally()
		}
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record)
	}
}

func TestDefaultSample(t *testing.T) {
	source, err := Open(FormatSample, "", Options{})
	records, tally := collectRecords(t, source, err)
	if len(records) != DefaultSampleVehicles || tally.RowsRead != DefaultSampleReadings {
		t.Errorf("tally = %+v", tally)
	}
	if tally.Accepted+tally.Rejected[CodeReadingMissing] != tally.RowsRead || tally.Rejected[CodeReadingMissing] == 0 {
		t.Errorf("tally = %+v", tally)
	}
	for _, record := range records {
		if n := len(record.Events) + len(record.Rejections); n == 0 || n > MaxSampleReadingsPerVehicle {
			t.Errorf("vehicle with %d rows", n)
		}
		for _, reading := range record.Events {
			if reading.Time.After(sampleEnd().Add(24 * time.Hour)) {
				t.Errorf("reading at %s", reading.Time)
			}
		}
	}
}

// TestSampleNeverChanges keeps the demonstration's figures comparable from one
// release to the next: a change of the generator has to change this test.
func TestSampleNeverChanges(t *testing.T) {
	var file bytes.Buffer
	if err := WriteSample(&file, SampleConfig{}); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(file.Bytes())
	const want = "ab9c4c0f153576f2defc04e7261a2ae8037188d3c6f1785ab0781f12d95de14e"
	if got := hex.EncodeToString(digest[:]); got != want {
		t.Errorf("SHA-256 of the default sample = %s, want %s", got, want)
	}
	var other bytes.Buffer
	if err := WriteSample(&other, SampleConfig{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(file.Bytes(), other.Bytes()) {
		t.Error("the seed has no effect")
	}
}

func TestWrittenSampleReadsBack(t *testing.T) {
	config := SampleConfig{Seed: 7, Vehicles: 300, Readings: 2000}
	var file bytes.Buffer
	if err := WriteSample(&file, config); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sample.jsonl")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	generated, err := NewSample(config)
	want, wantTally := collectRecords(t, generated, err)
	read, err := Open("jsonl", path, Options{})
	got, gotTally := collectRecords(t, read, err)
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantTally, gotTally); diff != "" {
		t.Error(diff)
	}
}

func TestFaultsHaveTheirRates(t *testing.T) {
	s, err := newSampler(SampleConfig{Seed: 3, Vehicles: 20_000, Readings: 120_000})
	if err != nil {
		t.Fatal(err)
	}
	rowFaults, historyFaults := map[rowFault]int{}, map[historyFault]int{}
	rows := 0
	for s.number = 0; s.number < s.config.Vehicles; {
		s.number++
		n := s.rowsOfNext()
		s.rows -= n
		history := s.drive(n)
		rows += len(history.rows)
		historyFaults[history.whole]++
		for _, f := range history.faults {
			rowFaults[f]++
		}
	}
	if rows != s.config.Readings {
		t.Errorf("%d rows, want %d", rows, s.config.Readings)
	}
	checkRates(t, rowRates(), rowFaults, rows)
	checkRates(t, historyRates(), historyFaults, s.config.Vehicles)
}

// checkRates allows five standard deviations, and for same-day rows that the
// first row of a vehicle cannot be one.
func checkRates[F ~string](t *testing.T, rates []rate[F], counts map[F]int, of int) {
	t.Helper()
	for _, r := range rates {
		low, high := r.share, r.share
		if string(r.fault) == string(faultSameDay) {
			low *= 0.8
		}
		slack := 5 * math.Sqrt(r.share/float64(of))
		if got := float64(counts[r.fault]) / float64(of); got < low-slack || got > high+slack {
			t.Errorf("%s: rate %.4f, documented %.4f", r.fault, got, r.share)
		}
	}
}

func TestSampleRefusesContradictions(t *testing.T) {
	for _, config := range []SampleConfig{
		{Vehicles: -1}, {Vehicles: MaxVehicles + 1}, {Vehicles: 10, Readings: 9},
		{Vehicles: 10, Readings: 10*MaxSampleReadingsPerVehicle + 1},
	} {
		if _, err := NewSample(config); !errors.Is(err, ErrSampleConfig) {
			t.Errorf("%+v: %v", config, err)
		}
	}
	source, err := NewSample(SampleConfig{Vehicles: 5, Readings: 5 * MaxSampleReadingsPerVehicle})
	_, tally := collectRecords(t, source, err)
	if tally.RowsRead != 5*MaxSampleReadingsPerVehicle {
		t.Errorf("tally = %+v", tally)
	}
}
