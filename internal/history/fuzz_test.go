package history

import (
	"bufio"
	"bytes"
	"os"
	"testing"
	"time"
)

// drain reads items to their end and checks what must hold for any input. The
// rules of the kinds are left out: compiling them takes longer than all else.
func drain(t *testing.T, items splitter, parse parser) {
	for {
		i, err := items.next()
		if err != nil {
			return
		}
		if i.line < 1 {
			t.Fatalf("an item at line %d", i.line)
		}
		if i.tooLong {
			continue
		}
		drafts, rejection := parse(i)
		if rejection != nil {
			if rejection.Code == "" || rejection.Reason == "" {
				t.Fatalf("rejection %+v", rejection)
			}
			continue
		}
		for _, d := range drafts {
			checkDraft(t, d)
		}
	}
}

func checkDraft(t *testing.T, d draft) {
	identified := d.code == "" && d.vehicle.identified()
	if identified && d.reason != "" || d.code != "" && d.reason == "" {
		t.Fatalf("draft %+v", d)
	}
	for _, r := range d.rows {
		e := r.event
		switch {
		case r.code != "":
			if r.reason == "" {
				t.Fatalf("row %+v", r)
			}
		case !identified: // the vehicle's code goes to all its rows
		case e.Message == nil || e.Time.Year() < 1 || e.Time.Location() != time.UTC || e.Precision == "":
			t.Fatalf("event %+v", e)
		default:
			if id, data, err := e.Resolve("scope"); err == nil && (id == "" || data == nil) {
				t.Fatalf("event %+v has id %q", e, id)
			}
		}
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
		items, parse, err := format.open(bufio.NewReader(bytes.NewReader(data)), options)
		if err != nil {
			return
		}
		defer items.stop()
		drain(t, items, parse)
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

// FuzzCSVMapping holds that a mapping is refused or can be worked with, whatever a row says.
func FuzzCSVMapping(f *testing.F) {
	mapping, err := os.ReadFile("testdata/csv_mapping.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(mapping, "K")
	f.Fuzz(func(t *testing.T, mapping []byte, value string) {
		plan, err := parseCSVPlan(bytes.NewReader(mapping))
		if err != nil {
			return
		}
		r := &csvReader{csvPlan: plan}
		text := func(string) string { return value }
		d := r.vehicle(text)
		d.rows = []row{r.row(text)}
		checkDraft(t, d)
	})
}

func FuzzIdentities(f *testing.F) {
	file, err := os.ReadFile("testdata/identities.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Fuzz(func(t *testing.T, file []byte) {
		ids, err := parseIdentities(bytes.NewReader(file))
		if err != nil {
			return
		}
		for name, vin := range ids {
			if normal, ok := vin.normalise(); name == "" || !ok || normal != vin {
				t.Fatalf("identifier %q", name)
			}
		}
	})
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
