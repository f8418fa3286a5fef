package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	"github.com/pcc-platform/pcc/e2e/internal/pki"
	"github.com/pcc-platform/pcc/e2e/internal/token"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// testCredentials calls with every kind of bad proof, and with a good token.
func testCredentials(t *testing.T, w *world) {
	garage, foreign := w.authority(t, "garage"), pki.New(t, "Nobody's authority")
	issuerKey, foreignKey := token.LoadKey(t, w.stack.Path("secrets", "issuer.key")), newSigningKey(t)
	good := token.NewClaims(w.info.Issuer, "garage", "admin")
	for _, c := range []struct {
		name        string
		credentials caller.Credentials
		reason      string
	}{
		{"nothing", caller.Credentials{}, "CREDENTIALS_MISSING"},
		{"an expired certificate", certificate(garage.IssueUntil(t, "admin", time.Now().Add(-time.Minute))), "CERTIFICATE_UNTRUSTED"},
		{"a certificate of a foreign authority", certificate(foreign.Issue(t, "admin")), "CERTIFICATE_UNTRUSTED"},
		{"a certificate without a name", certificate(garage.Issue(t, "")), "CERTIFICATE_UNTRUSTED"},
		{"a token that is none", bearer("garbage"), "TOKEN_INVALID"},
		{"an expired token", bearer(token.Sign(t, issuerKey, expired(good))), "TOKEN_INVALID"},
		{"a token of a foreign key", bearer(token.Sign(t, foreignKey, good)), "TOKEN_INVALID"},
		{"a token of a foreign issuer", bearer(token.Sign(t, issuerKey, foreignIssuer(good))), "TOKEN_INVALID"},
		{"a token for another audience", bearer(token.Sign(t, issuerKey, otherAudience(good))), "TOKEN_INVALID"},
		{"a token without a signature", bearer(token.Unsigned(t, good)), "TOKEN_INVALID"},
		{"a token of no member", bearer(token.Sign(t, issuerKey, token.NewClaims(w.info.Issuer, "", "admin"))), "TOKEN_INVALID"},
		{"a token of a service", bearer(token.Sign(t, issuerKey, token.NewClaims(w.info.Issuer, "service", "gateway"))), "TOKEN_INVALID"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.credentials.Token != "" {
				w.secrets = append(w.secrets, c.credentials.Token)
			}
			wantUnauthenticated(t, caller.New(t, w.platform, c.credentials), c.reason)
		})
	}
	t.Run("a good token", func(t *testing.T) { goodToken(t, w) })
	t.Run("a forwarded principal", func(t *testing.T) { forwarded(t, w) })
	t.Run("a service at the gateway", func(t *testing.T) {
		_, err := w.operator.REST.Send(t.Context(), "GET", "/v1/passports", nil)
		if f := caller.FaultOf(err); f.Status != http.StatusUnauthorized || f.Reason != "CERTIFICATE_UNTRUSTED" {
			t.Errorf("%v", err)
		}
	})
}

func wantUnauthenticated(t *testing.T, c *caller.Caller, reason string) {
	t.Helper()
	_, err := c.Passports.ListPassports(t.Context(), &registryv1.ListPassportsRequest{})
	if f := caller.FaultOf(err); f.Code != codes.Unauthenticated || f.Reason != reason {
		t.Errorf("gRPC: %v, want Unauthenticated %s", err, reason)
	}
	_, err = c.REST.Send(t.Context(), "GET", "/v1/passports", nil)
	if f := caller.FaultOf(err); f.Status != http.StatusUnauthorized || f.Reason != reason {
		t.Errorf("REST: %v, want 401 %s", err, reason)
	}
}

// goodToken gets a token by the command line and calls both ways with it.
func goodToken(t *testing.T, w *world) {
	raw := strings.TrimSpace(w.stack.Run(t, "token", "--member", "garage"))
	w.secrets = append(w.secrets, raw)
	c := caller.New(t, w.platform, bearer(raw))
	overGRPC, err := c.Passports.ListPassports(t.Context(), &registryv1.ListPassportsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	overREST := &registryv1.ListPassportsResponse{}
	if err := c.REST.Call(t.Context(), "GET", "/v1/passports", nil, overREST); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "passports", overGRPC, overREST)
	if len(overREST.GetPassports()) == 0 {
		t.Error("the garage's token shows none of its passports")
	}

	raw = strings.TrimSpace(w.stack.Run(t, "token", "--member", "garage", "--name", "apprentice"))
	w.secrets = append(w.secrets, raw)
	c = caller.New(t, w.platform, bearer(raw))
	_, err = c.Passports.ListPassports(t.Context(), &registryv1.ListPassportsRequest{})
	if f := caller.FaultOf(err); f.Code != codes.PermissionDenied || f.Reason != "PERMISSION_DENIED" {
		t.Errorf("a principal without a role: %v", err)
	}
	_, err = c.REST.Send(t.Context(), "GET", "/v1/passports", nil)
	if f := caller.FaultOf(err); f.Status != http.StatusForbidden || f.Reason != "PERMISSION_DENIED" {
		t.Errorf("a principal without a role over REST: %v", err)
	}
}

// forwarded claims to be the gateway that speaks for somebody else.
func forwarded(t *testing.T, w *world) {
	ctx := metadata.AppendToOutgoingContext(t.Context(), "pcc-forwarded-principal", "oem/admin")
	_, err := w.garage.Passports.ListPassports(ctx, &registryv1.ListPassportsRequest{})
	if f := caller.FaultOf(err); f.Code != codes.Unauthenticated || f.Reason != "FORWARD_REFUSED" {
		t.Errorf("%v", err)
	}
}

func certificate(c tls.Certificate) caller.Credentials { return caller.Credentials{Certificate: &c} }

func bearer(raw string) caller.Credentials { return caller.Credentials{Token: raw} }

func expired(c token.Claims) token.Claims {
	c.IssuedAt, c.ExpiresAt = c.IssuedAt-7200, time.Now().Add(-time.Minute).Unix()
	return c
}

func foreignIssuer(c token.Claims) token.Claims {
	c.Issuer = "http://127.0.0.1:1"
	return c
}

func otherAudience(c token.Claims) token.Claims {
	c.Audience = "shop"
	return c
}

func newSigningKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
