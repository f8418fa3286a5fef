package authn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// ErrUnauthenticated is the answer to a call that proves no principal.
var ErrUnauthenticated = apperr.New(apperr.Unauthenticated, "CREDENTIALS_MISSING", "present a member's client certificate or a bearer token")

// Authenticator turns what a connection and a call carry into a principal.
type Authenticator struct {
	Trust  *TrustStore
	Tokens *TokenVerifier
	// Now is the clock against which certificates are checked.
	Now func() time.Time
}

// Credentials are what a call came with. A bearer token wins over a certificate: it is the narrower proof.
type Credentials struct {
	Chain         []*x509.Certificate // TLS client certificates, leaf first; nil without TLS or certificate
	Authorization string              // value of the authorization header; empty when absent
	Forwarded     string              // see forward.go; honoured only from the gateway
}

// Authenticate returns the principal, or one of ErrUnauthenticated, ErrUntrusted and ErrTokenInvalid.
func (a *Authenticator) Authenticate(ctx context.Context, c Credentials) (Principal, error) {
	if c.Authorization != "" {
		raw, ok := cutBearer(c.Authorization)
		if !ok {
			return Principal{}, ErrTokenInvalid
		}
		return a.Tokens.Verify(ctx, raw)
	}
	if len(c.Chain) == 0 {
		return Principal{}, ErrUnauthenticated
	}
	p, err := a.Trust.Identify(ctx, c.Chain, a.Now())
	if err != nil {
		return Principal{}, err
	}
	if c.Forwarded != "" {
		return acceptForwarded(p, c.Forwarded)
	}
	return p, nil
}

func cutBearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	return token, ok && strings.EqualFold(scheme, "bearer") && token != ""
}

// ServerTLS is the TLS configuration of everything that listens: TLS 1.3, and any client certificate is taken during the
// handshake, because the certificate is judged with the call, where the answer can be a documented error.
func ServerTLS(certificate tls.Certificate) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{certificate},
		ClientAuth:   tls.RequestClientCert,
	}
}
