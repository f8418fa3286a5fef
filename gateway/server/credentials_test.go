package server_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/gateway"
	"github.com/pcc-platform/pcc/internal/pki"
)

var pathParameter = regexp.MustCompile(`\{[^}]+\}`)

func TestEveryRouteNeedsCredentials(t *testing.T) {
	var api struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(gateway.OpenAPI, &api); err != nil {
		t.Fatal(err)
	}
	if len(api.Paths) < 20 {
		t.Fatalf("the description has %d paths", len(api.Paths))
	}
	r := start(t, nil)
	nobody := r.client(nil)
	for path, methods := range api.Paths {
		path = pathParameter.ReplaceAllString(path, noHandle)
		for method := range methods {
			a := r.do(nobody, strings.ToUpper(method), path, text(`{}`))
			wantProblem(t, method+" "+path, a, 401, "CREDENTIALS_MISSING", "")
		}
	}
	for _, path := range []string{"/", "/v1", "/metrics", "/readyz", "/healthz/", "//healthz", "/debug/pprof/", "/openapi.json/x", "/verify/../v1/members"} {
		wantProblem(t, path, r.do(nobody, http.MethodGet, path, nil), 401, "CREDENTIALS_MISSING", "")
	}
	wantProblem(t, "POST of a page", r.do(nobody, http.MethodPost, "/verify", text(`{}`)), 401, "CREDENTIALS_MISSING", "")
}

func TestCredentialsThatDoNotCount(t *testing.T) {
	r := start(t, nil)
	nobody, get := r.client(nil), func(c *http.Client, headers ...string) answer {
		return r.do(c, http.MethodGet, "/v1/holders/"+noHandle, nil, headers...)
	}
	foreign, err := pki.NewAuthority(r.oem.ID)
	if err != nil {
		t.Fatal(err)
	}
	expired := r.issue(r.oem.Authority, pki.Leaf{CommonName: "admin", NotAfter: time.Now().Add(-time.Minute)})
	wantProblem(t, "expired certificate", get(r.client(expired)), 401, "CERTIFICATE_UNTRUSTED", "")
	wantProblem(t, "foreign certificate", get(r.client(r.issue(foreign, pki.Leaf{CommonName: "admin"}))), 401, "CERTIFICATE_UNTRUSTED", "")
	wantProblem(t, "a service's certificate", get(r.serviceClient("registry")), 401, "CERTIFICATE_UNTRUSTED", "")
	good := r.token(r.oem, time.Now())
	for what, headers := range map[string][]string{
		"no token":         {"Authorization", "Bearer"},
		"another scheme":   {"Authorization", "Basic YWRtaW46YWRtaW4="},
		"not a token":      {"Authorization", "Bearer x.y.z"},
		"expired token":    {"Authorization", r.token(r.oem, time.Now().Add(-time.Hour))},
		"changed token":    {"Authorization", good[:len(good)-6] + "AAAAAA"},
		"two tokens":       {"Authorization", good, "Authorization", r.token(r.garage, time.Now())},
		"token and a name": {"Authorization", "Bearer " + r.oem.ID + "/admin"},
	} {
		wantProblem(t, what, get(nobody, headers...), 401, "TOKEN_INVALID", "")
	}
	if a := get(nobody); a.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("WWW-Authenticate %q", a.header.Get("WWW-Authenticate"))
	}
}

// serviceClient calls the gateway with the certificate of a service of the platform.
func (r *running) serviceClient(service string) *http.Client {
	r.t.Helper()
	files := r.stand.ServiceTLS(service)
	cert, err := tls.LoadX509KeyPair(files.CertificateFile, files.KeyFile)
	if err != nil {
		r.t.Fatal(err)
	}
	c := r.client(nil)
	c.Transport.(*http.Transport).TLSClientConfig.Certificates = []tls.Certificate{cert} //nolint:forcetypeassert // made by client
	return c
}

func TestOldTLSIsRefused(t *testing.T) {
	r := start(t, nil)
	c := r.client(nil)
	c.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS12 //nolint:forcetypeassert // made by client
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := c.Do(req); err == nil {
		_ = resp.Body.Close()
		t.Error("TLS 1.2 is accepted")
	}
}
