package server_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc"

	gateway "github.com/pcc-platform/pcc/gateway/server"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/devissuer"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const startPatience = 30 * time.Second

// running is a gateway in front of a backend and of an ingest that takes everything, with two members. The other services
// cannot be reached.
type running struct {
	stand       *stand.Stand
	ingest      *takingIngest
	journal     *oneTile
	oem, garage *stand.Member
	issuer      *devissuer.Issuer
	// log is the gateway's.
	log *stand.Log

	t    *testing.T
	base string
	// admin is the URL of the admin port.
	admin string
	ca    *x509.CertPool
}

func start(t *testing.T, change func(*gateway.Config)) *running {
	t.Helper()
	s := stand.New(t, "vault")
	r := &running{
		stand: s, t: t, log: &stand.Log{}, ingest: &takingIngest{}, journal: &oneTile{},
		oem:    s.Member("oem", registryv1.MemberClass_MEMBER_CLASS_MAKER),
		garage: s.Member("garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE),
	}
	r.serveIssuer()
	issuers := []authn.Issuer{r.issuer.Config()}
	startBackend(s, issuers)
	cfg := gateway.Config{ServiceConfig: app.ServiceConfig{
		Listen: freeAddress(t), TLS: s.ServiceTLS("gateway"), Issuers: issuers, Services: s.Config().Services,
	}}
	cfg.Services["vault"] = s.Config().Listen
	s.Fake("ingest", func(server *grpc.Server) {
		ingestv1.RegisterIngestServiceServer(server, r.ingest)
		journalv1.RegisterLogServiceServer(server, r.journal)
	})
	for _, down := range []string{"access", "anchor", "settlement"} {
		cfg.Services[down] = freeAddress(t)
	}
	if change != nil {
		change(&cfg)
	}
	r.run(cfg)
	return r
}

// run runs the gateway until the end of the test, and returns when it is ready.
func (r *running) run(cfg gateway.Config) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	admin := freeAddress(r.t)
	process, err := app.NewProcess(ctx, "gateway", app.ProcessConfig{AdminAddress: admin}, r.log, "gateway")
	if err != nil {
		r.t.Fatal(err)
	}
	runner, err := gateway.New(ctx, cfg, process)
	if err != nil {
		r.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- process.Run(ctx, runner) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("the gateway ended with: %v", err)
		}
	})
	r.base, r.admin, r.ca = "https://"+cfg.Listen, "http://"+admin, pool(r.t, cfg.TLS.CAFile)
	await(r.t, r.admin+"/readyz")
}

func (r *running) serveIssuer() {
	r.t.Helper()
	address := freeAddress(r.t)
	issuer, err := devissuer.Open("http://"+address, filepath.Join(r.t.TempDir(), "issuer.key"))
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- issuer.Serve(ctx, address) }()
	r.t.Cleanup(func() { cancel(); <-done })
	r.issuer = issuer
}

// token is a bearer token for the administrator of m, with the scheme. It holds a minute.
func (r *running) token(m *stand.Member, issued time.Time) string {
	r.t.Helper()
	raw, err := r.issuer.Token(authn.Principal{Member: m.ID, Name: "admin"}, issued, time.Minute)
	if err != nil {
		r.t.Fatal(err)
	}
	return "Bearer " + raw
}

// client calls the gateway with the certificate, or without any.
func (r *running) client(pair *pki.Pair) *http.Client {
	r.t.Helper()
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: r.ca}
	if pair != nil {
		cert, err := pair.TLS()
		if err != nil {
			r.t.Fatal(err)
		}
		cfg.Certificates = []tls.Certificate{cert}
	}
	transport := &http.Transport{TLSClientConfig: cfg, ForceAttemptHTTP2: true}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: startPatience}
}

// as calls the gateway as the administrator of m, by certificate.
func (r *running) as(m *stand.Member) *http.Client {
	return r.client(r.issue(m.Authority, pki.Leaf{CommonName: "admin"}))
}

func (r *running) issue(a *pki.Authority, leaf pki.Leaf) *pki.Pair {
	r.t.Helper()
	pair, err := a.Issue(leaf)
	if err != nil {
		r.t.Fatal(err)
	}
	return &pair
}

// answer is what the gateway said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request; body is JSON unless the headers say otherwise.
func (r *running) do(c *http.Client, method, path string, body io.Reader, headers ...string) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Content-Type" {
			req.Header.Del("Content-Type")
		}
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, text}
}

func text(s string) io.Reader { return bytes.NewReader([]byte(s)) }

// object is the answer's JSON; the call must have succeeded.
func (a answer) object(t *testing.T) (out map[string]any) {
	t.Helper()
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s: %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// wantProblem checks that a is a whole problem document.
func wantProblem(t *testing.T, what string, a answer, status int, reason, field string) {
	t.Helper()
	var p struct {
		Type, Title, Detail, Reason, Field string
		Status                             int
	}
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: no problem document: %d %s: %s", what, a.status, a.header.Get("Content-Type"), a.body)
		return
	}
	if a.status != status || p.Status != status || p.Reason != reason || p.Field != field {
		t.Errorf("%s: %d %s; want %d, %s, field %q", what, a.status, a.body, status, reason, field)
	}
	if p.Type != "urn:pcc:problem:"+reason || p.Title == "" || p.Detail == "" {
		t.Errorf("%s: incomplete: %s", what, a.body)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(testkit.FreePort(t)))
}

func pool(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(pem)
	return p
}

// await returns when url answers 200.
func await(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startPatience)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		status := "unreachable"
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
			status = resp.Status
		}
		select {
		case <-ctx.Done():
			t.Fatal(fmt.Errorf("%s: %s: %w", url, status, ctx.Err()))
		case <-ticker.C:
		}
	}
}
