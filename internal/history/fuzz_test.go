package history

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// drain reads a source to its end and checks what must hold for any input.
func drain(t *testing.T, source Source) {
	accepted, rejected := 0, 0
	for {
		record, err := source.Next()
		if err != nil {
			break
		}
		accepted += len(record.Events)
		rejected += len(record.Rejections)
		for _, e := range record.Events {
			if e.Message == nil || e.Line < 1 || e.Row < 1 || e.Time.Year() < 1 || e.Time.Location() != time.UTC {
				t.Fatalf("event %+v", e)
			}
			if id, _, err := e.Resolve("scope"); err != nil || id == "" {
				t.Fatalf("event %+v has id %q, error %v", e, id, err)
			}
		}
		for _, r := range record.Rejections {
			if r.Code == "" || r.Reason == "" || r.Line < 1 {
				t.Fatalf("rejection %+v", r)
			}
		}
	}
	tally := source.Tally()
	if tally.RowsRead != accepted+rejected || tally.Accepted != accepted {
		t.Fatalf("%d accepted, %d rejected, tally %+v", accepted, rejected, tally)
	}
}

// fuzzFormat fuzzes a format from a file of it, the whole and line by line.
func fuzzFormat(f *testing.F, seed, name string, options Options) {
	lines, err := os.ReadFile(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(lines)
	for line := range bytes.Lines(lines) {
		f.Add(line)
	}
	format, err := find(name)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		source, err := newFileSource(io.NopCloser(bytes.NewReader(data)), format, options)
		if err != nil {
			if errors.Is(err, io.EOF) && len(data) == 0 {
				t.Fatal("an empty file is a file")
			}
			return
		}
		defer source.Close()
		drain(t, source)
	})
}

func FuzzFrInspections(f *testing.F) {
	fuzzFormat(f, "testdata/fr_quirks.jsonl", "fr-inspections", Options{})
}

func FuzzJSONL(f *testing.F) {
	fuzzFormat(f, "testdata/vehicles.jsonl", "jsonl", Options{})
}

func FuzzMOT(f *testing.F) {
	fuzzFormat(f, "testdata/uk_mot_piped.txt", "uk-mot", Options{})
}

func FuzzCSV(f *testing.F) {
	fuzzFormat(f, "testdata/inspections.csv", "csv", Options{Mapping: "testdata/csv_mapping.yaml"})
}

func FuzzCloudEvents(f *testing.F) {
	fuzzFormat(f, "testdata/cloudevents.jsonl", "cloudevents-jsonl", Options{})
}

func FuzzEPCIS(f *testing.F) {
	fuzzFormat(f, "testdata/epcis.json", "epcis", Options{Identities: "testdata/identities.csv"})
}

func FuzzOCPI(f *testing.F) {
	fuzzFormat(f, "testdata/ocpi.json", "ocpi-cdr", Options{Identities: "testdata/identities.csv"})
}

func FuzzCatenaX(f *testing.F) {
	fuzzFormat(f, "testdata/catenax_diagnostics.json", "catenax", Options{})
}

func FuzzVSS(f *testing.F) {
	fuzzFormat(f, "testdata/vss.jsonl", "vss", Options{})
}
