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
		accepted += len(record.Readings)
		rejected += len(record.Rejections)
		for _, r := range record.Readings {
			if r.RawValue == "" || r.Line < 1 || r.Row < 1 || r.Time.Year() < 1 || r.Time.Location() != time.UTC {
				t.Fatalf("reading %+v", r)
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

func fuzzFormat(f *testing.F, seed string, parse lineFormat) {
	lines, err := os.ReadFile(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(lines)
	for line := range bytes.Lines(lines) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		source, err := newFileSource(io.NopCloser(bytes.NewReader(data)), parse)
		if err != nil {
			if errors.Is(err, io.EOF) && len(data) == 0 {
				t.Fatal("an empty file is a file")
			}
			return
		}
		drain(t, source)
	})
}

func FuzzFrInspections(f *testing.F) {
	fuzzFormat(f, "testdata/fr_quirks.jsonl", parseFrInspections)
}

func FuzzJSONL(f *testing.F) {
	fuzzFormat(f, "testdata/vehicles.jsonl", parseJSONL)
}
