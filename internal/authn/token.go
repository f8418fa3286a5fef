package authn

import (
	"context"
	"fmt"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// ErrTokenInvalid is the answer to a bearer token that cannot be accepted: unknown issuer, bad signature, expired,
// or without the claims that name a member and a principal.
var ErrTokenInvalid = apperr.New(apperr.Unauthenticated, "TOKEN_INVALID", "the bearer token is not valid here")

// Issuer configures one OpenID Connect issuer whose JWTs are accepted.
type Issuer struct {
	// URL is the issuer's identifier, compared with the claim "iss".
	URL string `yaml:"url"`
	// JWKSURL is where the issuer publishes its keys.
	JWKSURL string `yaml:"jwks_url"`
	// Audience must be among the token's audiences.
	Audience string `yaml:"audience"`
	// Member is the member that the issuer speaks for. Empty for the consortium's own issuer, whose tokens name the
	// member in the claim "pcc_member".
	Member string `yaml:"member"`
}

// TokenVerifier accepts JWTs of the configured issuers. Keys are fetched when first needed and cached by go-oidc.
type TokenVerifier struct {
	issuers map[string]tokenIssuer
}

type tokenIssuer struct {
	verifier *oidc.IDTokenVerifier
	member   string
}

// NewTokenVerifier returns a verifier for the issuers; ctx bounds the life of its key fetches.
func NewTokenVerifier(ctx context.Context, issuers []Issuer) *TokenVerifier {
	v := &TokenVerifier{issuers: make(map[string]tokenIssuer, len(issuers))}
	for _, i := range issuers {
		v.issuers[i.URL] = tokenIssuer{
			verifier: oidc.NewVerifier(i.URL, oidc.NewRemoteKeySet(ctx, i.JWKSURL), &oidc.Config{
				ClientID:             i.Audience,
				SupportedSigningAlgs: []string{oidc.ES256, oidc.RS256, oidc.EdDSA},
			}),
			member: i.Member,
		}
	}
	return v
}

// Verify returns the principal that raw, a compact JWS, proves. Its error is ErrTokenInvalid.
func (v *TokenVerifier) Verify(ctx context.Context, raw string) (Principal, error) {
	var lastErr error
	for _, issuer := range v.issuers {
		// go-oidc compares the claim "iss" before it looks at the signature, so a foreign issuer costs no key fetch.
		token, err := issuer.verifier.Verify(ctx, raw)
		if err != nil {
			lastErr = err
			continue
		}
		return issuer.principal(token)
	}
	return Principal{}, ErrTokenInvalid.Wrap(lastErr)
}

func (i tokenIssuer) principal(token *oidc.IDToken) (Principal, error) {
	var claims struct {
		Member string `json:"pcc_member"`
	}
	if err := token.Claims(&claims); err != nil {
		return Principal{}, ErrTokenInvalid.Wrap(fmt.Errorf("read claims: %w", err))
	}
	p := Principal{Member: claims.Member, Name: token.Subject}
	if i.member != "" {
		p.Member = i.member
	}
	if p.Member == "" || p.Name == "" || p.Member == "service" {
		return Principal{}, ErrTokenInvalid
	}
	return p, nil
}
