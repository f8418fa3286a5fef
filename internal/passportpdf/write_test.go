package passportpdf_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/passportpdf"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
)

const vectors = "../../verify/testdata/vectors/"

// passport is a verified document of the vectors.
func passport(t *testing.T, name string) passportpdf.Passport {
	t.Helper()
	document, err := os.ReadFile(vectors + name)
	must(t, err)
	list, err := os.ReadFile(vectors + "trust.json")
	must(t, err)
	trust, err := verify.ParseTrust(list)
	must(t, err)
	report, err := verify.Verify(document, trust, eventview.Decode)
	must(t, err)
	return passportpdf.Passport{
		Report: report, Document: document, GeneratedAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Link: "https://pcc.example/verify",
	}
}

func written(t *testing.T, p passportpdf.Passport) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, passportpdf.Write(&out, p))
	return out.Bytes()
}

// TestTheDocumentIsAttachedAsItIs also looks for what the pages say.
func TestTheDocumentIsAttachedAsItIs(t *testing.T) {
	p := passport(t, "valid/events_withheld.json")
	pdf := written(t, p)
	contents := streams(t, pdf)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || !slices.ContainsFunc(contents, func(s []byte) bool { return bytes.Equal(s, p.Document) }) {
		t.Fatalf("no stream of %d is the document", len(contents))
	}
	pages := string(bytes.Join(contents, nil))
	for _, want := range []string{"Complete up to 2026-01-31 11:00:00 UTC, epoch 3", "GarageMSP", "oem.example", "Inspection", "61003", "prove nothing"} {
		if !strings.Contains(pages, want) {
			t.Errorf("the pages do not say %q", want)
		}
	}
	for what, want := range map[string]string{"an attachment": "/EmbeddedFile", "a link": "https://pcc.example/verify"} {
		if !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("%s is missing", what)
		}
	}
	if !bytes.Equal(pdf, written(t, p)) {
		t.Error("one document makes two files")
	}
}

func TestEveryDocumentIsPrinted(t *testing.T) {
	for _, name := range []string{"valid/complete.json", "valid/vehicle_without_events.json", "valid/everything_withheld.json"} {
		p := passport(t, name)
		p.Link = ""
		written(t, p)
	}
}

func TestWhatIsNotPrinted(t *testing.T) {
	p := passport(t, "valid/complete.json")
	p.Link = strings.Repeat("x", passportpdf.MaxLinkBytes+1)
	if err := passportpdf.Write(io.Discard, p); err == nil {
		t.Error("a code that nobody can read is printed")
	}
	p.Document = []byte("{")
	p.Link = ""
	if err := passportpdf.Write(io.Discard, p); err == nil {
		t.Error("what is no document is printed")
	}
}

// streams are the contents of a PDF's streams, decompressed.
func streams(t *testing.T, pdf []byte) (all [][]byte) {
	t.Helper()
	for {
		_, rest, found := bytes.Cut(pdf, []byte("stream\n"))
		if !found {
			return all
		}
		content, after, _ := bytes.Cut(rest, []byte("\nendstream"))
		if z, err := zlib.NewReader(bytes.NewReader(content)); err == nil {
			plain, err := io.ReadAll(z)
			must(t, err)
			content = plain
		}
		all, pdf = append(all, content), after
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
