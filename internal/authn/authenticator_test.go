package authn_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/devissuer"
	"github.com/pcc-platform/pcc/internal/pki"
)

// startIssuer serves a development issuer until the end of the test.
func startIssuer(t *testing.T) *devissuer.Issuer {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	issuer, err := devissuer.Open("http://"+address, t.TempDir()+"/issuer.key")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = issuer.Serve(t.Context(), address) }()
	for { // the port was free a moment ago; the test's own deadline bounds the wait
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
			return issuer
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
}

func token(t *testing.T, i *devissuer.Issuer, p authn.Principal, issued time.Time) string {
	t.Helper()
	raw, err := i.Token(p, issued, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestBearerTokens(t *testing.T) {
	issuer, stranger := startIssuer(t), startIssuer(t)
	platform, oem := newAuthority(t, "platform"), newAuthority(t, "oem")
	trust, _ := newTrust(t, platform, oem)
	a := &authn.Authenticator{Trust: trust, Tokens: authn.NewTokenVerifier(t.Context(), []authn.Issuer{issuer.Config()}), Now: time.Now}
	admin := authn.Principal{Member: "oem", Name: "admin"}
	good := token(t, issuer, admin, time.Now())
	parts := strings.Split(good, ".")
	for name, c := range map[string]struct {
		header string
		err    error
	}{
		"good":           {header: "Bearer " + good},
		"lower case":     {header: "bearer " + good},
		"expired":        {header: "Bearer " + token(t, issuer, admin, time.Now().Add(-2*time.Hour)), err: authn.ErrTokenInvalid},
		"just expired":   {header: "Bearer " + token(t, issuer, admin, time.Now().Add(-time.Hour-time.Second)), err: authn.ErrTokenInvalid},
		"clock ahead":    {header: "Bearer " + token(t, issuer, admin, time.Now().Add(2*time.Minute))}, // the issuer's
		"foreign issuer": {header: "Bearer " + token(t, stranger, admin, time.Now()), err: authn.ErrTokenInvalid},
		"no member":      {header: "Bearer " + token(t, issuer, authn.Principal{Name: "x"}, time.Now()), err: authn.ErrTokenInvalid},
		"as a service":   {header: "Bearer " + token(t, issuer, authn.Principal{Member: "service", Name: "gateway"}, time.Now()), err: authn.ErrTokenInvalid},
		"unsigned":       {header: "Bearer " + parts[0] + "." + parts[1] + ".", err: authn.ErrTokenInvalid},
		"garbage":        {header: "Bearer garbage", err: authn.ErrTokenInvalid},
		"other scheme":   {header: "Basic " + good, err: authn.ErrTokenInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := a.Authenticate(t.Context(), authn.Credentials{Authorization: c.header})
			if !errors.Is(err, c.err) {
				t.Fatalf("error = %v, want %v", err, c.err)
			}
			if c.err == nil && got != admin {
				t.Errorf("principal = %+v", got)
			}
		})
	}
}

func TestOnlyTheGatewayForwards(t *testing.T) {
	platform, oem := newAuthority(t, "platform"), newAuthority(t, "oem")
	trust, _ := newTrust(t, platform, oem)
	a := &authn.Authenticator{Trust: trust, Tokens: authn.NewTokenVerifier(t.Context(), nil), Now: time.Now}
	gateway := chain(t, platform, pki.Leaf{CommonName: "gateway"})
	forwarded := authn.Forward(authn.Principal{Member: "oem", Name: "admin"})
	for name, c := range map[string]struct {
		credentials authn.Credentials
		want        authn.Principal
		err         error
	}{
		"gateway":           {credentials: authn.Credentials{Chain: gateway, Forwarded: forwarded}, want: authn.Principal{Member: "oem", Name: "admin"}},
		"gateway as itself": {credentials: authn.Credentials{Chain: gateway}, want: authn.Principal{Name: "gateway"}},
		"another service":   {credentials: authn.Credentials{Chain: chain(t, platform, pki.Leaf{CommonName: "ingest"}), Forwarded: forwarded}, err: authn.ErrForwardRefused},
		"a member":          {credentials: authn.Credentials{Chain: chain(t, oem, pki.Leaf{CommonName: "gateway"}), Forwarded: forwarded}, err: authn.ErrForwardRefused},
		"as a service":      {credentials: authn.Credentials{Chain: gateway, Forwarded: "service/registry"}, err: authn.ErrForwardRefused},
		"nobody":            {credentials: authn.Credentials{Forwarded: forwarded}, err: authn.ErrUnauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := a.Authenticate(t.Context(), c.credentials)
			if !errors.Is(err, c.err) || got != c.want {
				t.Errorf("Authenticate = %+v, %v; want %+v, %v", got, err, c.want, c.err)
			}
		})
	}
}
