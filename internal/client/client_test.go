package client_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/pki"
	gatewayv1 "github.com/pcc-platform/pcc/proto/gen/pcc/gateway/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// serve answers over TLS as the platform does, and returns a profile of a member's administrator.
func serve(t *testing.T, h http.HandlerFunc) client.Profile {
	t.Helper()
	dir := t.TempDir()
	platform, err := pki.NewAuthority("platform")
	must(t, err)
	server := httptest.NewUnstartedServer(h)
	server.TLS = authn.ServerTLS(issue(t, platform, pki.Leaf{CommonName: "gateway", Hosts: []string{"127.0.0.1"}}, pki.FilesIn(dir, "gateway")))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	oem, err := pki.NewAuthority("oem")
	must(t, err)
	files := pki.FilesIn(dir, "admin")
	issue(t, oem, pki.Leaf{CommonName: "admin"}, files)
	ca := filepath.Join(dir, "ca.crt")
	must(t, os.WriteFile(ca, platform.Certificate(), 0o600))
	return client.Profile{
		Gateway: server.URL, CAFile: ca, CertificateFile: files.Certificate, KeyFile: files.Key, Member: "oem",
		Services: map[string]string{"registry": "127.0.0.1:1"},
	}
}

func issue(t *testing.T, a *pki.Authority, leaf pki.Leaf, files pki.Files) tls.Certificate {
	t.Helper()
	pair, err := a.Issue(leaf)
	must(t, err)
	must(t, pair.Write(files))
	cert, err := pair.TLS()
	must(t, err)
	return cert
}

func call(t *testing.T, p client.Profile) (*registryv1.Member, error) {
	t.Helper()
	rest, err := p.REST()
	must(t, err)
	var got registryv1.Member
	err = rest.Call(t.Context(), http.MethodPost, "/v1/members", &registryv1.Member{DisplayName: "sent"}, &got)
	return &got, err
}

func TestCall(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) == 0 || r.TLS.PeerCertificates[0].Subject.CommonName != "admin" {
			t.Error("the profile's certificate is not presented")
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Method != http.MethodPost || r.URL.Path != "/v1/members" || !strings.Contains(string(body), "sent") {
			t.Errorf("%s %s %s", r.Method, r.URL, body)
		}
		fmt.Fprint(w, `{"name":"members/oem","fieldOfTomorrow":1}`)
	})
	if got, err := call(t, p); err != nil || got.GetName() != "members/oem" {
		t.Errorf("Call = %v, %v", got, err)
	}
}

func TestProblems(t *testing.T) {
	for status, kind := range map[int]apperr.Kind{
		http.StatusBadRequest:            apperr.InvalidArgument,
		http.StatusUnauthorized:          apperr.Unauthenticated,
		http.StatusForbidden:             apperr.PermissionDenied,
		http.StatusNotFound:              apperr.NotFound,
		http.StatusConflict:              apperr.AlreadyExists,
		http.StatusRequestEntityTooLarge: apperr.InvalidArgument,
		http.StatusMethodNotAllowed:      apperr.InvalidArgument,
		http.StatusTooManyRequests:       apperr.ResourceExhausted,
		http.StatusInternalServerError:   apperr.Internal,
		http.StatusServiceUnavailable:    apperr.Unavailable,
	} {
		problem, err := protojson.Marshal(&gatewayv1.Problem{
			Type: "urn:pcc:problem:A_REASON", Status: int32(status), Detail: "a sentence", Reason: "A_REASON", Field: "a.field",
		})
		must(t, err)
		_, err = call(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write(problem)
		}))
		want := apperr.New(kind, "A_REASON", "a sentence").WithField("a.field")
		if got := apperr.As(err); got == nil || *got != *want {
			t.Errorf("%d: %#v, want %#v", status, got, want)
		}
	}
}

func TestAnswersOfOthers(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"a proxy's error": {http.StatusBadGateway, "<html>no upstream</html>", "Bad Gateway"},
		"no reason":       {http.StatusNotFound, `{"detail":"x"}`, "Not Found"},
		"not the API":     {http.StatusOK, "<html>hello</html>", "not of the API"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := call(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			}))
			if err == nil || apperr.As(err) != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	p := serve(t, func(http.ResponseWriter, *http.Request) {})
	stranger := serve(t, func(http.ResponseWriter, *http.Request) {})
	for name, gateway := range map[string]string{"absent": "https://127.0.0.1:1", "of another authority": stranger.Gateway} {
		p.Gateway = gateway
		if _, err := call(t, p); apperr.ReasonOf(err) != "GATEWAY_UNREACHABLE" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProfilesAreKeptAndChecked(t *testing.T) {
	p := serve(t, func(http.ResponseWriter, *http.Request) {})
	path := filepath.Join(t.TempDir(), "profile.yaml")
	must(t, p.Save(path))
	got, err := client.Load(path)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(p) {
		t.Errorf("Load = %+v, %v; want %+v", got, err, p)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := p.Dial("nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("Dial: %v", err)
	}
	if _, err := (client.Profile{}).REST(); err == nil {
		t.Error("a profile without a gateway makes a client")
	}
	broken := p
	broken.CAFile = p.KeyFile
	if _, err := broken.HTTP(); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Errorf("HTTP: %v", err)
	}
	broken = p
	broken.CertificateFile = filepath.Join(t.TempDir(), "absent.crt")
	if _, err := broken.Dial("registry"); err == nil || !strings.Contains(err.Error(), "absent.crt") {
		t.Errorf("Dial: %v", err)
	}
}

func TestDialTellsOfAnAbsentService(t *testing.T) {
	p := serve(t, func(http.ResponseWriter, *http.Request) {})
	conn, err := p.Dial("registry")
	must(t, err)
	defer conn.Close()
	_, err = registryv1.NewMemberServiceClient(conn).ListMembers(t.Context(), &registryv1.ListMembersRequest{})
	if e := apperr.As(err); e == nil || e.Kind != apperr.Unavailable {
		t.Errorf("nobody listens, and the answer is %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
