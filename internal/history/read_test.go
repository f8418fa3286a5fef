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
	"google.golang.org/protobuf/testing/protocmp"

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
		if record.Vehicle.VIN == "" && record.Vehicle.Passport == "" && len(record.Events) != 0 {
			t.Errorf("events of nobody: %+v", record)
		}
		sums.Accepted += len(record.Events)
		sums.RowsRead += len(record.Events) + len(record.Rejections)
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
	source, err := history.Open(format, path, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestFrenchQuirks(t *testing.T) {
	records, tally := readAll(t, open(t, "fr-inspections", "testdata/fr_quirks.jsonl"))
	want := history.Tally{RowsRead: 21, Accepted: 9, Rejected: map[history.Code]int{
		history.CodeOdometerMalformed: 1,
		history.CodeReadingMissing:    2, history.CodeTimeInvalid: 3, history.CodeRowMalformed: 2,
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
	for _, r := range first.Events {
		got = append(got, fmt.Sprintf("%d.%d %s #%d", r.Line, r.Row, describe(r), r.Occurrence))
	}
	wantRows := []string{
		"1.1 2005-01-10T00:00:00 day Inspection 17000 KILOMETRE INSPECTION_TERMINAL PERIODIC/PASSED #0",
		"1.3 2009-02-10T16:33:44 second Inspection 0 KILOMETRE INSPECTION_TERMINAL RETEST/PASSED #0",
		"1.4 2010-02-10T10:00:00 second Inspection 1450000 KILOMETRE INSPECTION_TERMINAL COMPLEMENTARY/PASSED #0",
		"1.5 2010-02-10T10:00:00 second Inspection 1450000 KILOMETRE INSPECTION_TERMINAL COMPLEMENTARY/PASSED #1",
		"1.6 2010-02-10T10:00:00 second Inspection 1450000 KILOMETRE INSPECTION_TERMINAL COMPLEMENTARY/PASSED #0",
		"1.7 2012-08-21T09:19:12 second Inspection 36946 KILOMETRE INSPECTION_TERMINAL COMPLEMENTARY_RETEST/RETEST_REQUIRED #0",
		"1.8 2014-08-21T09:19:12 second Inspection 20000 KILOMETRE INSPECTION_TERMINAL UNSPECIFIED/UNSPECIFIED #0",
	}
	if diff := cmp.Diff(wantRows, got); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
	if r := first.Rejections[0]; r.Line != 1 || r.Row != 2 || r.Code != history.CodeReadingMissing {
		t.Errorf("rejection = %+v", r)
	}
	if r := records[1]; r.Events[0].Line != 3 || !strings.HasSuffix(describe(r.Events[0]), "/REFUSED") {
		t.Errorf("the blank line is not counted: %+v", r.Events[0])
	}
}

func TestJSONL(t *testing.T) {
	records, tally := readAll(t, open(t, "jsonl", "testdata/vehicles.jsonl"))
	want := history.Tally{RowsRead: 13, Accepted: 3, Rejected: map[history.Code]int{
		history.CodeReadingMissing: 1, history.CodeTimeInvalid: 2, history.CodeUnitUnknown: 1, history.CodeKindUnknown: 1,
		history.CodeRowMalformed: 2, history.CodeVehicleUnidentified: 1, history.CodeLineMalformed: 2,
	}}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	second := records[0].Events[1]
	const want2 = "2017-06-03T07:41:00 second OdometerReading 73021.5 MILE OBD_READ"
	if got := describe(second); got != want2 {
		t.Errorf("reading = %s, want %s", got, want2)
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
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
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
	if tally.Accepted != 2 || tally.Rejected[history.CodeLineTooLong] != 1 || records[2].Events[0].Line != 3 {
		t.Errorf("tally = %+v", tally)
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := history.Open("parchment", "x", history.Options{}); !errors.Is(err, history.ErrUnknownFormat) {
		t.Errorf("unknown format: %v", err)
	}
	if _, err := history.Open("jsonl", "", history.Options{}); !errors.Is(err, history.ErrNoFile) {
		t.Errorf("no file: %v", err)
	}
	if _, err := history.Open("jsonl", "testdata/none", history.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// realFile returns a file of the public collections, or "" where they are not present.
func realFile(t *testing.T, name ...string) string {
	t.Helper()
	dir := os.Getenv("PCC_DATA_DIR")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(append([]string{dir}, name...)...)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Logf("no %s: only the committed fixtures are read", path)
		return ""
	}
	return path
}

func unpack(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestFrenchCollection reads the public collection where it is present.
func TestFrenchCollection(t *testing.T) {
	path := realFile(t, "fr_inspections", "fr_vehicles_inspections.jsonl.gz")
	if path == "" {
		return
	}
	records, tally := readAll(t, open(t, "fr-inspections", path))
	want := history.Tally{RowsRead: 5751, Accepted: 5722, Rejected: map[history.Code]int{history.CodeReadingMissing: 29}}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	ids := map[string]bool{}
	for _, record := range records {
		for _, e := range record.Events {
			ids[idOf(t, e, record.Vehicle.Pseudonym)] = true
		}
	}
	if len(records) != 913 || len(ids) != tally.Accepted {
		t.Errorf("%d ids for %d events of %d vehicles", len(ids), tally.Accepted, len(records))
	}
}
