package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	gateway "github.com/pcc-platform/pcc/gateway/server"
	"github.com/pcc-platform/pcc/internal/pki"
)

// chunked hides a body's length from the client.
type chunked struct{ io.Reader }

func TestMalformedRequests(t *testing.T) {
	r := start(t, nil)
	oem := r.as(r.oem)
	large := `{"vin":"` + strings.Repeat("1", 4<<20) + `"}`
	for _, c := range []struct {
		what, body    string
		status        int
		reason, field string
	}{
		{"unknown field", `{"vin":"` + vin + `","colour":"red"}`, 400, "UNKNOWN_FIELD", "colour"},
		{"unknown field that is no name", `{"<script>":1}`, 400, "MALFORMED_JSON", ""},
		{"no JSON", `vin=` + vin, 400, "MALFORMED_JSON", ""},
		{"cut off", `{"vin":"` + vin, 400, "MALFORMED_JSON", ""},
		{"two documents", `{"vin":"` + vin + `"}{}`, 400, "MALFORMED_JSON", ""},
		{"an array", `["` + vin + `"]`, 400, "MALFORMED_JSON", ""},
		{"wrong type", `{"vin":5}`, 400, "MALFORMED_JSON", "vin"},
		{"twice", `{"vin":"1","vin":"2"}`, 400, "MALFORMED_JSON", "vin"},
		{"invalid UTF-8", "{\"vin\":\"\xff\"}", 400, "MALFORMED_JSON", ""},
		{"nested", strings.Repeat(`{"vin":`, 10_000), 400, "MALFORMED_JSON", "vin"},
		{"nothing", ``, 400, "VIN_LENGTH", "vin"},
		{"too large", large, 413, "BODY_TOO_LARGE", ""},
	} {
		a := r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(c.body))
		wantProblem(t, c.what, a, c.status, c.reason, c.field)
		if strings.Contains(string(a.body), vin) {
			t.Errorf("%s: the problem quotes the value: %s", c.what, a.body)
		}
	}
	wantProblem(t, "too large, of unknown length", r.do(oem, http.MethodPost, "/v1/vehicles:bind", chunked{text(large)}), 413, "BODY_TOO_LARGE", "")
	for _, mediaType := range []string{"text/plain", "application/x-www-form-urlencoded", "", "application/json-seq"} {
		a := r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(`{}`), "Content-Type", mediaType)
		wantProblem(t, "media type "+mediaType, a, 415, "MEDIA_TYPE_UNSUPPORTED", "")
	}
	r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(`{"vin":"`+vin+`"}`), "Content-Type", "application/json; charset=utf-8").object(t)
}

func TestRoutesAndParameters(t *testing.T) {
	r := start(t, nil)
	oem := r.as(r.oem)
	for _, c := range []struct {
		method, path  string
		status        int
		reason, field string
	}{
		{http.MethodGet, "/v1/passports?pageSize=2&colour=red", 400, "UNKNOWN_FIELD", "colour"},
		{http.MethodGet, "/v1/passports?pageSize=many", 400, "INVALID_PARAMETER", "pageSize"},
		{http.MethodGet, "/v1/passports?%zz=1", 400, "INVALID_PARAMETER", ""},
		{http.MethodGet, "/v1/passports?a%22b=1", 400, "UNKNOWN_FIELD", ""},
		{http.MethodGet, "/v1/passports/" + noHandle + "?name=passports/other", 400, "UNKNOWN_FIELD", ""},
		{http.MethodGet, "/v1/passports/" + noHandle + "/events?parent=passports/other", 400, "UNKNOWN_FIELD", "parent"},
		{http.MethodGet, "/v1/nothing", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodGet, "/", 404, "ROUTE_NOT_FOUND", ""},
		{http.MethodGet, "/v1/vehicles:bind", 405, "METHOD_NOT_ALLOWED", ""},
		{http.MethodDelete, "/v1/members", 415, "MEDIA_TYPE_UNSUPPORTED", ""},
	} {
		wantProblem(t, c.method+" "+c.path, r.do(oem, c.method, c.path, nil), c.status, c.reason, c.field)
	}
	a := r.do(oem, http.MethodPost, "/v1/vehicles:lookup?vin="+vin, text(`{}`))
	wantProblem(t, "a query where all is in the body", a, 400, "UNKNOWN_FIELD", "")
	a = r.do(oem, http.MethodDelete, "/v1/members", text(`{}`))
	wantProblem(t, "DELETE", a, 405, "METHOD_NOT_ALLOWED", "")
	a = r.do(oem, http.MethodPost, "/v1/members", text(`{}`), "X-HTTP-Method-Override", "DELETE")
	if a.status == http.StatusMethodNotAllowed {
		t.Error("the method can be overridden")
	}
}

func TestEachPrincipalHasItsOwnRate(t *testing.T) {
	r := start(t, func(c *gateway.Config) { c.RateLimit.PerSecond, c.RateLimit.Burst = 0.001, 3 })
	oem := r.as(r.oem)
	for range 3 {
		r.bind(oem)
	}
	a := r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(`{}`))
	wantProblem(t, "the fourth", a, 429, "RATE_LIMITED", "")
	if wait := a.header.Get("Retry-After"); len(wait) < 3 {
		t.Errorf("Retry-After %q; at a request in 1000 s it is hundreds of seconds", wait)
	}
	r.bind(r.as(r.garage))
	r.bind(r.client(r.issue(r.oem.Authority, pki.Leaf{CommonName: "second"})), "Authorization", r.token(r.garage, time.Now()))
}
