package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/testkit/browser"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/web"
)

// verdict is what the page says of what it was given.
type verdict struct{ Verdict, Heading, Text string }

func verdictOf(t *testing.T, p *browser.Page) verdict {
	t.Helper()
	var v verdict
	p.Eval(t, `(({ dataset, textContent }) => ({
		verdict: dataset.verdict, heading: document.querySelector("#result h2")?.textContent ?? "", text: textContent,
	}))(document.getElementById("result"))`, &v)
	return v
}

// TestDocumentsAreTakenInEveryWay gives the page the same document chosen, pasted and dropped.
func TestDocumentsAreTakenInEveryWay(t *testing.T) {
	document := vector(t, "valid/complete.json")
	b := browser.Start(t)
	for name, give := range map[string]func(p *browser.Page){
		"chosen": func(p *browser.Page) {
			choose(t, p, "#document-file", "valid/complete.json")
		},
		"pasted": func(p *browser.Page) {
			awaitCheck(t, p, func() {
				p.Eval(t, fmt.Sprintf(`(() => { const text = document.querySelector("textarea"); text.value = %s; text.dispatchEvent(new Event("input")); })()`, quote(t, document)), nil)
			})
		},
		"dropped": func(p *browser.Page) {
			awaitCheck(t, p, func() {
				p.Eval(t, fmt.Sprintf(`(() => {
					const dataTransfer = new DataTransfer();
					dataTransfer.items.add(new File([%s], "passport.json"));
					document.querySelector(".intake .card").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
				})()`, quote(t, document)), nil)
			})
		},
	} {
		p := b.Open(t, fileURL(t, "verify.html"))
		if v := verdictOf(t, p); v.Verdict != "" {
			t.Errorf("before anything is given: %+v", v)
		}
		choose(t, p, "#trust-file", "trust.json")
		give(p)
		if v := verdictOf(t, p); v.Verdict != accepted || v.Heading != "Every check holds" {
			t.Errorf("%s: %s, %s", name, v.Verdict, v.Heading)
		}
	}
}

// awaitVerdict waits until the page has checked what came with it.
func awaitVerdict(t *testing.T, p *browser.Page) verdict {
	t.Helper()
	p.Eval(t, `new Promise((done) => { (function look() { document.getElementById("result").dataset.verdict ? done() : setTimeout(look) })() })`, nil)
	return verdictOf(t, p)
}

// withDocument writes the page with a document in it, and opens it from disk.
func withDocument(t *testing.T, b *browser.Browser, document, trust []byte) *browser.Page {
	t.Helper()
	path := filepath.Join(t.TempDir(), "passport.html")
	if err := os.WriteFile(path, web.WithDocument(document, trust), 0o600); err != nil {
		t.Fatal(err)
	}
	return b.Open(t, fileURL(t, path))
}

// TestOneFileHasTheDocument opens pages with a document in them, as a buyer gets one: alone, with the trust list of whoever made it, and with
// a document that was changed or would like to be more than one.
func TestOneFileHasTheDocument(t *testing.T) {
	document, trust := vector(t, "valid/complete.json"), vector(t, "trust.json")
	b := browser.Start(t)
	if v := awaitVerdict(t, withDocument(t, b, document, trust)); v.Verdict != accepted || !strings.Contains(v.Text, "chose whom you believe") {
		t.Errorf("with a trust list: %+v", v)
	}
	p := withDocument(t, b, document, nil)
	choose(t, p, "#trust-file", "trust.json")
	if v := awaitVerdict(t, p); v.Verdict != accepted || strings.Contains(v.Text, "chose whom you believe") {
		t.Errorf("with the reader's own trust list: %+v", v)
	}
	forged := vector(t, "forged/mileage_shown.json")
	if v := awaitVerdict(t, withDocument(t, b, forged, trust)); v.Verdict != "VIEW_MISMATCH" {
		t.Errorf("forged: %+v", v)
	}
	script := []byte(`</script><script>document.body.dataset.run = "yes"</script>`)
	p = withDocument(t, b, script, trust)
	var run *string
	if v := awaitVerdict(t, p); v.Verdict != "DOCUMENT_MALFORMED" {
		t.Errorf("a script: %+v", v)
	}
	if p.Eval(t, `document.body.dataset.run ?? null`, &run); run != nil {
		t.Error("the script of a document was run")
	}
}

// TestTheVINIsAsked reads what the page says of the car.
func TestTheVINIsAsked(t *testing.T) {
	p := open(t)
	choose(t, p, "#trust-file", "trust.json")
	choose(t, p, "#document-file", "valid/VIN_known.json")
	for _, c := range []struct{ vin, heading string }{
		{"", "Every check holds"},
		{"0PC11111111111111", "Every check holds"},
		{" 0pc11111111111111 ", "Every check holds"},
		{"0PC11111111111112", "This is not shown to be the history of that car"},
		{"0PC", "This is not shown to be the history of that car"},
	} {
		enterVIN(t, p, c.vin)
		if v := verdictOf(t, p); v.Heading != c.heading {
			t.Errorf("VIN %q: %s", c.vin, v.Heading)
		}
	}
}

// TestATrustListThatProtectsNobodyIsRefused changes the trust list in the ways in which package verify refuses one.
func TestATrustListThatProtectsNobodyIsRefused(t *testing.T) {
	p := open(t)
	trust := vector(t, "trust.json")
	for name, change := range map[string][2]string{
		"no JSON":                 {"{", ""},
		"unknown field":           {`"channel"`, `"chanel": "x", "channel"`},
		"field twice":             {`"channel"`, `"channel": "x", "channel"`},
		"no channel":              {`"pcc-channel"`, `""`},
		"no endorsement":          {`"min_endorsements": 2`, `"min_endorsements": 0`},
		"too many endorsements":   {`"min_endorsements": 2`, `"min_endorsements": 4`},
		"too many cosignatures":   {`"min_cosignatures": 2`, `"min_cosignatures": 4`},
		"organisation twice":      {`"GarageMSP"`, `"OemMSP"`},
		"certificate cut":         {`-----BEGIN CERTIFICATE-----\n`, `-----BEGIN CERTIFICATE-----\nMIIB`},
		"log without a key":       {`"log": "`, `"log": "x`},
		"witness with another ID": {`"garage.example+`, `"garden.example+`},
		"tag key cut":             {`"tag_key": "`, `"tag_key": "AAAA`},
	} {
		changed := bytes.Replace(trust, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, trust) {
			t.Fatalf("%s changes nothing", name)
		}
		var reason string
		p.Eval(t, fmt.Sprintf(`modules.trust.parseTrust(%s).then(() => "", (err) => err.reason ?? String(err))`, quote(t, changed)), &reason)
		if reason != "TRUST_MALFORMED" {
			t.Errorf("%s: %q", name, reason)
		}
	}
}

// TestTrustLists asks both verifiers about lists in which somebody would count twice, or a key protects nothing.
func TestTrustLists(t *testing.T) {
	p := open(t)
	for name, change := range map[string]func(l *verify.Trust){
		"as it is": func(*verify.Trust) {},
		"a certificate of two organisations": func(l *verify.Trust) {
			l.MSPs[1].RootCertificates = append(l.MSPs[1].RootCertificates, l.MSPs[0].RootCertificates...)
		},
		"a certificate twice": func(l *verify.Trust) {
			l.MSPs[0].RootCertificates = append(l.MSPs[0].RootCertificates, l.MSPs[0].RootCertificates...)
		},
		"no certificate":       func(l *verify.Trust) { l.MSPs[0].RootCertificates = nil },
		"a witness twice":      func(l *verify.Trust) { l.Witnesses = append(l.Witnesses, l.Witnesses[0]) },
		"the log as a witness": func(l *verify.Trust) { l.Witnesses = append(l.Witnesses, l.Log) },
		"a witness as the log": func(l *verify.Trust) { l.Log = l.Witnesses[0] },
		"no witness":           func(l *verify.Trust) { l.Witnesses, l.MinCosignatures = []string{}, 0 },
		"no tag key":           func(l *verify.Trust) { l.TagKey = nil },
	} {
		var list verify.Trust
		if err := json.Unmarshal(vector(t, "trust.json"), &list); err != nil {
			t.Fatal(err)
		}
		change(&list)
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		p.Eval(t, fmt.Sprintf(`modules.trust.parseTrust(%s).then(() => "", (err) => err.reason ?? String(err))`, quote(t, text)), &got)
		_, err = verify.ParseTrust(text)
		if got != string(verify.ReasonOf(err)) {
			t.Errorf("%s: the page says %q, package verify %v", name, got, err)
		}
	}
}

// TestThePageFits is about a telephone: nothing is wider than its window.
func TestThePageFits(t *testing.T) {
	p := open(t)
	for _, document := range []string{"valid/sixty_events_of_every_kind.json", "valid/events_withheld.json", "forged/mileage_shown.json"} {
		for _, width := range []int{320, 375, 1100} {
			p.Emulate(t, width, 800, "light")
			choose(t, p, "#trust-file", "trust.json")
			choose(t, p, "#document-file", document)
			var wider []string
			p.Eval(t, `[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className || e.tagName)`, &wider)
			if len(wider) > 0 {
				t.Errorf("%s at %d pixels: too wide are %v", document, width, wider)
			}
		}
	}
}

// TestThePageCanBeHeard is about readers that do not see it: every control has a name, the result is announced.
func TestThePageCanBeHeard(t *testing.T) {
	p := open(t)
	choose(t, p, "#trust-file", "trust.json")
	choose(t, p, "#document-file", "valid/sixty_events_of_every_kind.json")
	var nameless []string
	p.Eval(t, `[
		...[...document.querySelectorAll("input, textarea, button")].filter((e) => !e.labels?.length && !e.ariaLabel && !e.textContent),
		...[...document.querySelectorAll("svg")].filter((e) => !e.getAttribute("aria-label")),
		...(document.querySelector("[role=status]").textContent === "Every check holds" ? [] : [document.querySelector("[role=status]")]),
		...(document.documentElement.lang && document.querySelectorAll("h1").length === 1 ? [] : [document.documentElement]),
	].map((e) => e.outerHTML.slice(0, 100))`, &nameless)
	if len(nameless) > 0 {
		t.Errorf("without a name: %q", nameless)
	}
}
