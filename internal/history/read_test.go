package history_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/internal/history"
)

// readAll drains a source and checks the accounting on the way.
func readAll(t *testing.T, source history.Source) ([]history.Record, history.Tally) {
	t.Helper()
	defer source.Close()
	var records []history.Record
	sums := history.Tally{Rejected: map[history.Code]int{}}
	for {
		record, err := source.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if record.Vehicle.VIN != "" {
			sums.Vehicles++
		} else if len(record.Readings) != 0 {
			t.Errorf("readings of nobody: %+v", record)
		}
		sums.Accepted += len(record.Readings)
		sums.RowsRead += len(record.Readings) + len(record.Rejections)
		for _, r := range record.Rejections {
			sums.Rejected[r.Code]++
		}
		records = append(records, record)
	}
	if diff := cmp.Diff(sums, source.Tally()); diff != "" {
		t.Errorf("tally differs from the records (-records +tally):\n%s", diff)
	}
	return records, source.Tally()
}

func open(t *testing.T, format, path string) history.Source {
	t.Helper()
	source, err := history.Open(format, path, history.SampleConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestFrenchQuirks(t *testing.T) {
	records, tally := readAll(t, open(t, "fr-inspections", "testdata/fr_quirks.jsonl"))
	want := history.Tally{Vehicles: 4, RowsRead: 20, Accepted: 9, Rejected: map[history.Code]int{
		history.CodeReadingMissing: 2, history.CodeTimeInvalid: 3, history.CodeRowMalformed: 2,
		history.CodeVehicleRepeated: 1, history.CodeVehicleUnidentified: 2, history.CodeLineMalformed: 1,
	}}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	first := records[0]
	if v := first.Vehicle; v.VIN != history.TestVIN("fr-0001") || v.Energy != "diesel" || v.PowerWatts != 66_500 || v.FirstRegistration != "2006-07-14" {
		t.Errorf("vehicle = %+v", v)
	}
	var got []string
	for _, r := range first.Readings {
		got = append(got, fmt.Sprintf("%d.%d %s %s %s %s/%s #%d", r.Line, r.Row, r.Time.Format("2006-01-02T15:04:05"), r.Precision, r.RawValue, r.Nature, r.Result, r.Occurrence))
	}
	wantRows := []string{
		"1.1 2005-01-10T00:00:00 day 17000 periodic/passed #0",
		"1.3 2009-02-10T16:33:44 second 0 retest/passed #0",
		"1.4 2010-02-10T10:00:00 second 1450000 complementary/passed #0",
		"1.5 2010-02-10T10:00:00 second 1450000 complementary/passed #1",
		"1.6 2010-02-10T10:00:00 second 1450000 complementary/passed #0",
		"1.7 2012-08-21T09:19:12 second 36946 complementary_retest/retest_required #0",
		"1.8 2014-08-21T09:19:12 second 20000 / #0",
	}
	if diff := cmp.Diff(wantRows, got); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
	if r := first.Rejections[0]; r.Line != 1 || r.Row != 2 || r.Code != history.CodeReadingMissing {
		t.Errorf("rejection = %+v", r)
	}
	if r := records[1]; r.Readings[0].Line != 3 || r.Readings[0].Result != history.ResultRefused {
		t.Errorf("the blank line is not counted: %+v", r.Readings[0])
	}
}

func TestJSONL(t *testing.T) {
	records, tally := readAll(t, open(t, "jsonl", "testdata/vehicles.jsonl"))
	want := history.Tally{Vehicles: 2, RowsRead: 13, Accepted: 3, Rejected: map[history.Code]int{
		history.CodeReadingMissing: 1, history.CodeTimeInvalid: 2, history.CodeUnitUnknown: 1, history.CodeKindUnknown: 1,
		history.CodeRowMalformed: 2, history.CodeVehicleUnidentified: 1, history.CodeLineMalformed: 2,
	}}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	second := records[0].Readings[1]
	if at := second.Time.Format("15:04"); at != "07:41" || second.Unit != history.UnitMile || second.RawValue != "73021.5" {
		t.Errorf("reading = %+v", second)
	}
}

func TestGzipIsTransparent(t *testing.T) {
	plain, err := os.ReadFile("testdata/fr_quirks.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "history") // no suffix: the content decides
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	want, _ := readAll(t, open(t, "fr-inspections", "testdata/fr_quirks.jsonl"))
	got, _ := readAll(t, open(t, "fr-inspections", path))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := os.WriteFile(path, packed.Bytes()[:packed.Len()-20], 0o600); err != nil {
		t.Fatal(err)
	}
	cut := open(t, "fr-inspections", path)
	defer cut.Close()
	for err = nil; err == nil; {
		_, err = cut.Next()
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a cut file ended with %v", err)
	}
}

func TestLongLineCostsOnlyItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.jsonl")
	const line = `{"vin":"0PCAAAAAAAA00000%d","readings":[{"time":"2017-06-03","value":"99","unit":"km","kind":"odometer"}]}` + "\n"
	content := fmt.Sprintf(line, 1) + strings.Repeat("x", 3*history.MaxLineBytes) + "\n" + fmt.Sprintf(line, 2)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	records, tally := readAll(t, open(t, "jsonl", path))
	if tally.Accepted != 2 || tally.Rejected[history.CodeLineTooLong] != 1 || records[2].Readings[0].Line != 3 {
		t.Errorf("tally = %+v", tally)
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := history.Open("csv", "x", history.SampleConfig{}); !errors.Is(err, history.ErrUnknownFormat) {
		t.Errorf("unknown format: %v", err)
	}
	if _, err := history.Open("jsonl", "", history.SampleConfig{}); !errors.Is(err, history.ErrNoFile) {
		t.Errorf("no file: %v", err)
	}
	if _, err := history.Open("jsonl", "testdata/none", history.SampleConfig{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// TestFrenchCollection reads the public collection where it is present.
func TestFrenchCollection(t *testing.T) {
	dir := os.Getenv("PCC_DATA_DIR")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(dir, "fr_inspections", "fr_vehicles_inspections.jsonl.gz")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Logf("no %s: only the committed fixtures are read", path)
		return
	}
	records, tally := readAll(t, open(t, "fr-inspections", path))
	want := history.Tally{Vehicles: 913, RowsRead: 5751, Accepted: 5722, Rejected: map[history.Code]int{history.CodeReadingMissing: 29}}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	ids := map[string]bool{}
	for _, record := range records {
		for _, reading := range record.Readings {
			ids[reading.EventID(record.Vehicle.Pseudonym)] = true
		}
	}
	if len(ids) != tally.Accepted {
		t.Errorf("%d ids for %d readings", len(ids), tally.Accepted)
	}
}
