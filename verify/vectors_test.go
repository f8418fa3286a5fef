package verify_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
	"github.com/pcc-platform/pcc/verify/signatures"
	"github.com/pcc-platform/pcc/verify/vintag"
)

var update = flag.Bool("update", false, "make the vectors anew") //nolint:gochecknoglobals // a flag

const (
	vectorDir    = "testdata/vectors"
	manifestFile = "manifest.json"
	trustFile    = "trust.json"
	// sourcesFile is the list of a reader who knows the key of a source.
	sourcesFile = "trust_sources.json"
	accepted    = "ok"
)

// manifest lists what any implementation has to find out about the documents beside it.
type manifest struct {
	About []string     `json:"about"`
	Cases []vectorCase `json:"cases"`
}

type vectorCase struct {
	Name string `json:"name"`
	// Document and Trust are files.
	Document string `json:"document"`
	Trust    string `json:"trust"`
	// Now is the reader's clock, VIN what the reader knows, if anything.
	Now time.Time `json:"now"`
	VIN string    `json:"vin,omitempty"`
	// Expect is "ok" or the reason of the refusal, At its place in the document, Why what is wrong.
	Expect string `json:"expect"`
	At     string `json:"at,omitempty"`
	Why    string `json:"why,omitempty"`
	// Report is that of a document that is accepted, without its sentences.
	Report *vectorReport `json:"report,omitempty"`
}

type vectorReport struct {
	verify.Report
	// AgeSeconds is how long before Now the document ends.
	AgeSeconds int64 `json:"age_seconds"`
	// Signatures is there for readers who know sources.
	Signatures *signatures.Report `json:"signatures,omitempty"`
}

// TestVectors makes every document again and compares it with the committed one, and holds the verifier to the manifest. The
// documents are for other implementations, which cannot make them.
func TestVectors(t *testing.T) {
	files := vectorFiles(t)
	if *update {
		writeVectors(t, files)
	}
	for name, want := range files {
		if got := read(t, name); !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator makes: go test ./verify -run TestVectors -update", name)
		}
	}
	var m manifest
	if err := json.Unmarshal(read(t, manifestFile), &m); err != nil {
		t.Fatal(err)
	}
	for _, c := range m.Cases {
		t.Run(c.Name, func(t *testing.T) { checkVector(t, c) })
	}
}

func checkVector(t *testing.T, c vectorCase) {
	t.Helper()
	trust, err := verify.ParseTrust(read(t, c.Trust))
	if err != nil {
		t.Fatal(err)
	}
	report, err := checkDocument(read(t, c.Document), trust, c)
	if c.Expect != accepted {
		refusal, _ := err.(*verify.Error) //nolint:errorlint // Verify returns no other
		if refusal == nil || string(refusal.Reason) != c.Expect || refusal.At != c.At {
			t.Errorf("error %v, want %s at %s", err, c.Expect, c.At)
		}
		if report.Report.Passport != "" {
			t.Error("a refused document has a report")
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(*c.Report, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

// checkDocument also checks the VIN of a reader who knows one, and the signatures of sources that the reader knows.
func checkDocument(document []byte, trust verify.Trust, c vectorCase) (vectorReport, error) {
	report, err := verify.Verify(document, trust, eventview.Decode)
	if err != nil {
		return vectorReport{}, err
	}
	// What does not depend on the words of an implementation.
	report.Checks, report.Limits = nil, nil
	short := vectorReport{Report: report, AgeSeconds: int64(report.Age(c.Now) / time.Second)}
	if c.VIN != "" {
		if err := vintag.Check(document, trust, c.VIN); err != nil {
			return vectorReport{}, err
		}
	}
	if len(trust.SourceKeys) > 0 {
		signed, err := signatures.Check(document, trust.SourceKeys)
		if err != nil {
			return vectorReport{}, err
		}
		signed.Checks, signed.Limits = nil, nil
		short.Signatures = &signed
	}
	return short, nil
}

// vectorFiles are all files of the vectors by their names.
func vectorFiles(t *testing.T) map[string][]byte {
	t.Helper()
	w := newWorld(t)
	m := manifest{About: []string{
		"Documents and what a verifier has to say of each, given the trust list and the clock.",
		"Expect is ok or the reason of the refusal; at is the place that is named with it. See docs/proof-document.md.",
		"Made by go test ./verify -run TestVectors -update; the same bytes each time.",
	}}
	signed := prooftest.NewWorld(t, signedPlan(t, func([]byte) {}))
	signed.Trust.SourceKeys = sourceKeys(t)
	files := map[string][]byte{trustFile: indented(t, w.Trust), sourcesFile: indented(t, signed.Trust)}
	now := time.Date(2026, 2, 1, 11, 0, 0, 0, time.UTC)
	for _, v := range validDocuments() {
		c := vectorCase{Name: v.name, Document: fileOf("valid", v.name), Trust: trustFile, Now: now, VIN: v.vin, Expect: accepted}
		world := w
		if v.signed {
			c.Trust, world = sourcesFile, signed
		}
		v.make(t, &world)
		files[c.Document] = world.Encode(t)
		report, err := checkDocument(files[c.Document], world.Trust, c)
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		c.Report = &report
		m.Cases = append(m.Cases, c)
	}
	for _, f := range forgeries(t) {
		c := vectorCase{Name: f.name, Document: fileOf("forged", f.name), Trust: cmp.Or(f.trust, trustFile), Now: now, VIN: f.vin, Expect: string(f.want), At: f.at, Why: f.why}
		if files[c.Document] != nil {
			t.Fatalf("two vectors are %s", c.Document)
		}
		files[c.Document] = f.text(t)
		m.Cases = append(m.Cases, c)
	}
	files[manifestFile] = indented(t, m)
	return files
}

// validDocument makes one of a world's documents.
type validDocument struct {
	name, vin string
	// signed documents are of the world in which a source signs.
	signed bool
	make   func(t *testing.T, w *prooftest.World)
}

func validDocuments() []validDocument {
	of := func(name string, change func(t *testing.T, w *prooftest.World)) validDocument {
		return validDocument{name: name, make: func(t *testing.T, w *prooftest.World) {
			w.Document = w.DocumentAt(t, 3, prooftest.Subject)
			change(t, w)
		}}
	}
	return []validDocument{
		of("complete", func(*testing.T, *prooftest.World) {}),
		of("first epoch under a later note", func(t *testing.T, w *prooftest.World) { w.Document = w.DocumentAt(t, 1, prooftest.Subject) }),
		of("another vehicle", func(t *testing.T, w *prooftest.World) { w.Document = w.DocumentAt(t, 3, prooftest.OtherSubject) }),
		of("vehicle without events", func(t *testing.T, w *prooftest.World) {
			w.Document = w.DocumentAt(t, 3, "passports/0199e9d4-0000-7000-8000-000000000003")
		}),
		of("events withheld", func(_ *testing.T, w *prooftest.World) {
			prooftest.Withhold(prooftest.List(&w.Document, "odometer"), 0, 2)
		}),
		of("class withheld", func(t *testing.T, w *prooftest.World) { w.WithholdAll(t, &w.Document, 3, "odometer") }),
		of("everything withheld", func(t *testing.T, w *prooftest.World) {
			w.WithholdAll(t, &w.Document, 3, "odometer")
			w.WithholdAll(t, &w.Document, 3, "workshop")
			prooftest.Withhold(prooftest.List(&w.Document, "inspection"), 0, 1)
		}),
		of("positions", func(t *testing.T, w *prooftest.World) { w.AddPositions(t, &w.Document, 3) }),
		of("two endorsements and two cosignatures", func(t *testing.T, w *prooftest.World) {
			w.Document.Epoch.Endorsements = w.Document.Epoch.Endorsements[1:]
			w.Document.Index.Note = w.NoteAt(t, 3, w.Witnesses[:2]...)
		}),
		of("signatures of strangers", func(t *testing.T, w *prooftest.World) {
			stranger := prooftest.NewOrganisation(t, "StrangerMSP", "", "peer")
			w.Document.Epoch.Endorsements = append(w.Document.Epoch.Endorsements, stranger.Endorse(t, prooftest.Chaincode, 200, w.Hash(t)))
			w.Document.Index.Note = w.NoteAt(t, 3, append(slices.Clone(w.Witnesses), prooftest.NewWitness(t, "stranger.example"))...)
		}),
		{name: "VIN known", vin: strings.ToLower(prooftest.VIN), make: func(t *testing.T, w *prooftest.World) {
			w.Document = w.DocumentAt(t, 3, prooftest.Subject)
			w.Document.TagProof = prooftest.TagProofOf(t, prooftest.VIN)
		}},
		{name: "signed events", signed: true, make: func(*testing.T, *prooftest.World) {}},
		{name: "signed events with their places", signed: true, make: func(t *testing.T, w *prooftest.World) {
			w.Document = w.DocumentAt(t, 3, prooftest.Subject)
			w.AddPositions(t, &w.Document, 3)
		}},
		{name: "signed event withheld", signed: true, make: func(t *testing.T, w *prooftest.World) {
			w.Document = w.DocumentAt(t, 3, prooftest.Subject)
			w.Document.Statements = w.Document.Statements[:1]
			prooftest.Withhold(prooftest.List(&w.Document, "odometer"), 2)
		}},
		{name: "sixty events of every kind", vin: prooftest.VIN, make: func(t *testing.T, w *prooftest.World) {
			w.Document = prooftest.NewWorld(t, historyPlan()).Document
			w.Document.TagProof = prooftest.TagProofOf(t, prooftest.VIN)
		}},
		of("claims", func(_ *testing.T, w *prooftest.World) {
			w.Document.GeneratedAt = w.Document.GeneratedAt.Add(123456789)
			w.Document.Epoch.Transaction.ID = "<\"\\\u2028é\x01\b😀>"
			w.Document.Epoch.Transaction.Block = verify.MaxNumber
		}),
	}
}

func fileOf(folder, name string) string {
	return folder + "/" + strings.NewReplacer(" ", "_", ",", "", "'", "").Replace(name) + ".json"
}

func indented(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(vectorDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func writeVectors(t *testing.T, files map[string][]byte) {
	t.Helper()
	if err := os.RemoveAll(vectorDir); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(vectorDir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
