package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestThePagesAreOpen(t *testing.T) {
	r := start(t, nil)
	nobody := r.client(nil)
	if a := r.do(nobody, http.MethodGet, "/healthz", nil); a.object(t)["status"] != "ok" {
		t.Errorf("healthz: %s", a.body)
	}
	var api struct {
		Info                struct{ Title, Version string }
		SecurityDefinitions map[string]any
	}
	a := r.do(nobody, http.MethodGet, "/openapi.json", nil)
	if err := json.Unmarshal(a.body, &api); err != nil || api.Info.Title == "" || api.Info.Version != "v1" || len(api.SecurityDefinitions) == 0 {
		t.Errorf("openapi.json: %v, %+v", err, api)
	}
	a = r.do(nobody, http.MethodGet, "/verify", nil)
	if a.status != http.StatusOK || !strings.Contains(string(a.body), "<title>Verify a vehicle passport") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("verify: %d %s", a.status, a.header.Get("Content-Type"))
	}
	if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "style-src 'sha256-") || !strings.Contains(csp, "script-src 'sha256-") {
		t.Errorf("verify: Content-Security-Policy %q", csp)
	}
	a = r.do(nobody, http.MethodHead, "/verify", nil)
	if a.status != http.StatusOK || len(a.body) != 0 {
		t.Errorf("HEAD: %d, %d bytes", a.status, len(a.body))
	}
	for _, name := range []string{"Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Resource-Policy"} {
		if a.header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}
