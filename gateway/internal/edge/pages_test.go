package edge_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pcc-platform/pcc/gateway/internal/edge"
	"github.com/pcc-platform/pcc/internal/testkit/browser"
	"github.com/pcc-platform/pcc/web"
)

// TestTheVerifierRunsUnderItsPolicy serves the page as the gateway does: its policy lets the page's own script and style sheet work, and
// no other.
func TestTheVerifierRunsUnderItsPolicy(t *testing.T) {
	pages, err := edge.NewPages(nil, web.Verify)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages.Or(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	p := browser.Start(t).Open(t, server.URL+"/verify")
	var page struct {
		Title, Border string
		Computes      bool
	}
	p.Eval(t, `({ title: document.querySelector("h1").textContent, border: getComputedStyle(document.querySelector(".card")).borderStyle, computes: modules.crypto.available })`, &page)
	if page.Title == "" || page.Border != "solid" || !page.Computes {
		t.Errorf("the page is %+v", page)
	}
	for _, broken := range []string{"", "<style></style>", "<script></script>"} {
		if _, err := edge.NewPages(nil, []byte(broken)); err == nil {
			t.Errorf("%q is taken for the page", broken)
		}
	}
}
