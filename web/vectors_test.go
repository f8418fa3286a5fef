package web_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/internal/testkit/browser"
)

// vectorDir has the documents that every verifier is held to.
const vectorDir = "../verify/testdata/vectors"

// accepted is the verdict of a document of which every check holds.
const accepted = "ok"

// vectorCase is one case of the manifest, as far as it says what to find out.
type vectorCase struct {
	Name     string          `json:"name"`
	Document string          `json:"document"`
	Trust    string          `json:"trust"`
	VIN      string          `json:"vin"`
	Expect   string          `json:"expect"`
	At       string          `json:"at"`
	Report   json.RawMessage `json:"report"`
}

// vector reads a file of the vectors.
func vector(t *testing.T, name string) []byte {
	t.Helper()
	return read(t, filepath.Join(vectorDir, filepath.FromSlash(name)))
}

func vectors(t *testing.T) []vectorCase {
	t.Helper()
	var manifest struct {
		Cases []vectorCase `json:"cases"`
	}
	if err := json.Unmarshal(vector(t, "manifest.json"), &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Cases
}

// TestVectors gives the page every shared vector as its reader would, from disk, and reads the verdict off the page.
func TestVectors(t *testing.T) {
	p := open(t)
	trust, vin := "", ""
	for _, c := range vectors(t) {
		if c.VIN != vin {
			enterVIN(t, p, c.VIN)
			vin = c.VIN
		}
		if c.Trust != trust {
			choose(t, p, "#trust-file", c.Trust)
			trust = c.Trust
		}
		choose(t, p, "#document-file", c.Document)
		var got struct{ Verdict, At string }
		p.Eval(t, `(({verdict, at}) => ({verdict, at}))(document.getElementById("result").dataset)`, &got)
		// Of a wrong encoding the page says where, package verify says only that there is one.
		if got.Verdict != c.Expect || (got.At != c.At && c.Expect != "DOCUMENT_MALFORMED") {
			t.Errorf("%s: %s at %q, want %s at %q", c.Name, got.Verdict, got.At, c.Expect, c.At)
		}
	}
}

// choose gives the page a file of the vectors and waits for the check that this starts.
func choose(t *testing.T, p *browser.Page, input, file string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(vectorDir, file))
	if err != nil {
		t.Fatal(err)
	}
	chooseFile(t, p, input, path)
}

func chooseFile(t *testing.T, p *browser.Page, input, path string) {
	t.Helper()
	awaitCheck(t, p, func() { p.Choose(t, input, path) })
}

func enterVIN(t *testing.T, p *browser.Page, vin string) {
	t.Helper()
	awaitCheck(t, p, func() {
		p.Eval(t, fmt.Sprintf(`(() => { const input = document.getElementById("vin"); input.value = %q; input.dispatchEvent(new Event("change")); })()`, vin), nil)
	})
}

// awaitCheck does what starts a check and waits for its result.
func awaitCheck(t *testing.T, p *browser.Page, start func()) {
	t.Helper()
	p.Eval(t, `window.checked = new Promise((done) => {
		const result = document.getElementById("result");
		new MutationObserver((_, self) => { self.disconnect(); done(); }).observe(result, { attributes: true, attributeFilter: ["data-run"] });
	}); null`, nil)
	start()
	p.Eval(t, "checked.then(() => null)", nil)
}

// TestReports compares what the page finds in the valid documents with what package verify does.
func TestReports(t *testing.T) {
	p := open(t)
	for _, c := range vectors(t) {
		if c.Expect != accepted {
			continue
		}
		var got map[string]any
		p.Eval(t, fmt.Sprintf(`(async () => {
			const trust = await modules.trust.parseTrust(%[2]s);
			const r = await modules.verify.verify(%[1]s, trust, %[3]q || null);
			const { id, channel, block } = r.document.epoch.transaction;
			return {
				passport: r.document.passport, epoch_number: Number(r.record.number), epoch_hash: r.hash, lists: r.lists,
				complete_up_to: new Date(r.record.time).toISOString().replace(".000", ""),
				endorsed_by: r.endorsers.trusted, not_counted: r.endorsers.others.length ? r.endorsers.others : null, index_size: r.index.size,
				cosigned_by: r.index.cosigners.map(({ name, time }) => ({ name, time: time.toISOString().replace(".000", "") })),
				...(trust.source_keys.size > 0 ? { signatures: {
					signed: r.signatures.signed, of_vehicle: r.signatures.ofVehicle, unsigned: r.signatures.unsigned, checks: null, limits: null,
					not_counted: r.signatures.notCounted.length ? r.signatures.notCounted.map(({ at, key }) => ({ at, key })) : null,
					not_shown: Object.fromEntries([...r.signatures.numbers].map(([source, numbers]) => [source, Math.max(...numbers) + 1 - numbers.size])),
				} } : {}),
				claims: Object.entries({
					generated_at: r.document.generated_at, "epoch.transaction.id": id, "epoch.transaction.channel": channel, "epoch.transaction.block": String(block),
				}).map(([field, value]) => ({ field, value })),
			};
		})()`, quote(t, vector(t, c.Document)), quote(t, vector(t, c.Trust)), c.VIN), &got)
		var want map[string]any
		if err := json.Unmarshal(c.Report, &want); err != nil {
			t.Fatal(err)
		}
		withoutWords(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Name, diff)
		}
	}
}

// withoutWords takes out of a report what each implementation says in its own words, or by its own clock.
func withoutWords(report map[string]any) {
	for _, words := range []string{"checks", "limits", "age_seconds"} {
		delete(report, words)
	}
	signatures, _ := report["signatures"].(map[string]any)
	notCounted, _ := signatures["not_counted"].([]any)
	for _, one := range notCounted {
		if m, ok := one.(map[string]any); ok {
			delete(m, "why")
		}
	}
}

// quote writes text as a JavaScript string.
func quote(t *testing.T, text []byte) string {
	t.Helper()
	quoted, err := json.Marshal(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}
