package verify_test

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

// TestEveryByteCounts replaces every byte of a document: in turn by its
// neighbour, by the other case, and by a blank. What is not refused has to mean
// the same, or to differ in nothing but what the report says is different: a
// claim that it calls unproven, or a witness that it does not count.
func TestEveryByteCounts(t *testing.T) {
	w := newWorld(t)
	w.Document.Epoch.Endorsements = w.Document.Epoch.Endorsements[:2]
	good := compact(t, w.Encode(t))
	report, err := verify.Verify(good, w.Trust, eventview.Decode)
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for position, old := range good {
		changed := bytes.Clone(good)
		changed[position] = []byte{old ^ 1, old ^ 0x20, ' '}[position%3]
		got, err := verify.Verify(changed, w.Trust, eventview.Decode)
		if err != nil || bytes.Equal(changed, good) {
			continue
		}
		accepted++
		if !bytes.Equal(withoutReported(t, good), withoutReported(t, changed)) {
			t.Fatalf("byte %d: %q for %q was accepted", position, changed[position], old)
		}
		if !sameMeaning(t, good, changed) && slices.Equal(got.Claims, report.Claims) && slices.Equal(got.CosignedBy, report.CosignedBy) {
			t.Errorf("byte %d: the report does not say what changed", position)
		}
	}
	if accepted == 0 {
		t.Error("no claim was changed: the test does not reach them")
	}
}

func sameMeaning(t *testing.T, a, b []byte) bool {
	t.Helper()
	return bytes.Equal(compact(t, a), compact(t, b))
}

func compact(t testing.TB, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func withoutReported(t *testing.T, text []byte) []byte {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	delete(d, "generated_at")
	transaction := d["epoch"].(map[string]any)["transaction"].(map[string]any)
	delete(transaction, "id")
	delete(transaction, "block")
	delete(d["index"].(map[string]any), "note")
	out, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// FuzzVerify checks that no document makes the verifier panic, and that what it
// accepts is what Encode writes of it.
func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	f.Add([]byte(`{"schema":"pcc-proof/v3"}`))
	f.Add(compact(f, w.Encode(f)))
	trust := w.Trust
	trust.MSPs = nil
	for _, o := range []string{"GarageMSP", "OemMSP"} { // of another network
		trust.MSPs = append(trust.MSPs, verify.MSP{ID: o, RootCertificates: []string{prooftest.NewOrganisation(f, o, "other", "peer").RootPEM}})
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := verify.Verify(text, trust, eventview.Decode)
		if err == nil {
			t.Fatal("accepted without a single endorsement")
		}
		if verify.ReasonOf(err) == "" {
			t.Fatalf("a refusal without reason: %v", err)
		}
	})
}

func TestTrustLists(t *testing.T) {
	w := newWorld(t)
	encode := func(change func(*verify.Trust)) []byte {
		trust := w.Trust
		trust.MSPs = slices.Clone(trust.MSPs)
		change(&trust)
		text, err := json.Marshal(trust)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if _, err := verify.ParseTrust(encode(func(*verify.Trust) {})); err != nil {
		t.Errorf("good list: %v", err)
	}
	for name, text := range map[string][]byte{
		"nothing":             nil,
		"unknown field":       []byte(`{"extra":1}`),
		"no channel":          encode(func(l *verify.Trust) { l.Channel = "" }),
		"no chaincode":        encode(func(l *verify.Trust) { l.Chaincode = "" }),
		"nobody demanded":     encode(func(l *verify.Trust) { l.MinEndorsements = 0 }),
		"more than there are": encode(func(l *verify.Trust) { l.MinEndorsements = 4 }),
		"no organisations":    encode(func(l *verify.Trust) { l.MSPs = nil }),
		"listed twice":        encode(func(l *verify.Trust) { l.MSPs[1].ID = l.MSPs[0].ID }),
		"shared authority":    encode(func(l *verify.Trust) { l.MSPs[1].RootCertificates = l.MSPs[0].RootCertificates }),
		"no certificate":      encode(func(l *verify.Trust) { l.MSPs[1].RootCertificates = nil }),
		"not a certificate":   encode(func(l *verify.Trust) { l.MSPs[1].RootCertificates = []string{"PEM"} }),
		"no log":              encode(func(l *verify.Trust) { l.Log = "" }),
		"a witness for a log": encode(func(l *verify.Trust) { l.Log = l.Witnesses[0] }),
		"too many witnesses":  encode(func(l *verify.Trust) { l.MinCosignatures = 4 }),
		"a witness twice":     encode(func(l *verify.Trust) { l.Witnesses = append(l.Witnesses, l.Witnesses[0]) }),
		"no witness":          encode(func(l *verify.Trust) { l.Witnesses = []string{"x", "y"} }),
		"tag key cut":         encode(func(l *verify.Trust) { l.TagKey = make([]byte, 31) }),
		"not an authority":    encode(func(l *verify.Trust) { l.MSPs[1].RootCertificates = []string{w.Organisations[1].PeerPEM} }),
	} {
		if _, err := verify.ParseTrust(text); verify.ReasonOf(err) != verify.ReasonTrustMalformed {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := verify.Verify(w.Encode(t), verify.Trust{}, eventview.Decode); verify.ReasonOf(err) != verify.ReasonTrustMalformed {
		t.Errorf("empty trust: %v", err)
	}
}

// TestImports keeps the promise that anybody can carry the verifier.
func TestImports(t *testing.T) {
	own := []string{
		"golang.org/x/mod/sumdb/tlog",
		"github.com/pcc-platform/pcc/chaincode/endorsement", "github.com/pcc-platform/pcc/chaincode/model",
		"github.com/pcc-platform/pcc/chaincode/model/canonical",
		"github.com/pcc-platform/pcc/internal/eventlist", "github.com/pcc-platform/pcc/internal/headmap/proof",
		"github.com/pcc-platform/pcc/internal/journal/proof", "github.com/pcc-platform/pcc/internal/witness/checkpoint",
		"golang.org/x/mod/sumdb/note",
	}
	for _, dir := range []string{
		".", "../internal/eventlist", "../internal/headmap/proof", "../internal/journal/proof", "../internal/witness/checkpoint",
		"../chaincode/model", "../chaincode/model/canonical", "../chaincode/endorsement",
	} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range file.Imports {
				path := strings.Trim(spec.Path.Value, `"`)
				if strings.Contains(path, ".") && !slices.Contains(own, path) {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
}
