package transcode

import "testing"

func TestQuerylessRoutes(t *testing.T) {
	found := findQueryless()
	for route, want := range map[string]bool{
		"POST /v1/vehicles:bind":              true,  // all in the body
		"GET /v1/{name=holders/*}":            true,  // all in the path
		"GET /v1/trialBalance":                true,  // nothing
		"GET /v1/members":                     false, // pages
		"POST /v1/passports":                  false, // the body is one field
		"GET /v1/{parent=passports/*}/events": false, // a parent and pages
	} {
		if found[route] != want {
			t.Errorf("%s: %v, want %v", route, found[route], want)
		}
	}
}
