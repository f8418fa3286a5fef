package web_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/testkit/browser"
	"github.com/pcc-platform/pcc/web"
	"github.com/pcc-platform/pcc/web/internal/bundle"
)

// TestThePageIsCurrent holds what is committed to what its source makes.
func TestThePageIsCurrent(t *testing.T) {
	schema, err := bundle.Schema()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(schema, read(t, "verifier/schema.js")) {
		t.Error("verifier/schema.js is not what the protos make: make gen")
	}
	page, err := bundle.Page(os.DirFS("verifier"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, web.Verify) {
		t.Error("verify.html is not what web/verifier makes: make gen")
	}
}

// TestThePageIsAlone opens the page from disk: it loads nothing, and its script can connect to nothing.
func TestThePageIsAlone(t *testing.T) {
	p := open(t)
	var loaded int
	p.Eval(t, `performance.getEntriesByType("resource").length`, &loaded)
	if loaded != 0 {
		t.Errorf("the page loaded %d resources", loaded)
	}
	for _, attempt := range []string{
		`fetch("http://127.0.0.1:1/")`,
		`new Promise((done, failed) => { const i = new Image(); i.onload = done; i.onerror = failed; i.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw="; })`,
		`new Promise((done, failed) => { addEventListener("securitypolicyviolation", failed); setTimeout(done, 5000); document.body.insertAdjacentHTML("beforeend", "<b>x</b>"); })`,
	} {
		var refused bool
		p.Eval(t, `(async () => { try { await `+attempt+`; return false } catch { return true } })()`, &refused)
		if !refused {
			t.Errorf("the page may %s", attempt)
		}
	}
}

// open opens the committed page from disk.
func open(t *testing.T) *browser.Page {
	t.Helper()
	return browser.Start(t).Open(t, fileURL(t, "verify.html"))
}

func fileURL(t testing.TB, path string) string {
	t.Helper()
	absolute, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return "file://" + absolute
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
