// Package devissuer is the OpenID Connect issuer of the development stack: it publishes its keys and signs tokens for any
// principal. It exists so that bearer tokens can be tried without an identity provider; production names real issuers,
// and this package is not started there.
package devissuer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/authn"
)

// Audience is what the issuer's tokens are for.
const Audience = "pcc"

const (
	keyID = "dev-1"
	// MaxTokenLifetime bounds a token.
	MaxTokenLifetime  = 24 * time.Hour
	readHeaderTimeout = 3 * time.Second
)

// Issuer signs tokens with one ES256 key.
type Issuer struct {
	url string
	key *ecdsa.PrivateKey
}

// Open returns the issuer at url ("http://127.0.0.1:port") with the key in keyFile, which is made when it is not there.
func Open(url, keyFile string) (*Issuer, error) {
	raw, err := os.ReadFile(keyFile)
	if errors.Is(err, os.ErrNotExist) {
		raw, err = createKey(keyFile)
	}
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("devissuer: %s holds no PEM block", keyFile)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("devissuer: parse key: %w", err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("devissuer: the key is not ECDSA")
	}
	return &Issuer{url: url, key: key}, nil
}

func createKey(path string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	raw := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return raw, os.WriteFile(path, raw, 0o600)
}

// Config is how services are told to trust the issuer.
func (i *Issuer) Config() authn.Issuer {
	return authn.Issuer{URL: i.url, JWKSURL: i.url + "/keys", Audience: Audience}
}

// memberClaim is the platform's own claim.
type memberClaim struct {
	Member string `json:"pcc_member"`
}

// Token signs a token for a principal of a member, valid from now for lifetime.
func (i *Issuer) Token(p authn.Principal, now time.Time, lifetime time.Duration) (string, error) {
	if lifetime <= 0 || lifetime > MaxTokenLifetime {
		return "", fmt.Errorf("devissuer: a token lives more than 0 and at most %s", MaxTokenLifetime)
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: i.key, KeyID: keyID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	return jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: i.url, Subject: p.Name, Audience: jwt.Audience{Audience}, ID: uuid.NewString(),
		IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(lifetime)),
	}).Claims(memberClaim{Member: p.Member}).Serialize()
}

// Serve publishes discovery document and keys on address until ctx ends.
func (i *Issuer) Serve(ctx context.Context, address string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("devissuer: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /.well-known/openid-configuration", document(map[string]any{
		"issuer": i.url, "jwks_uri": i.url + "/keys", "id_token_signing_alg_values_supported": []string{"ES256"},
		"response_types_supported": []string{"none"}, "subject_types_supported": []string{"public"},
	}))
	mux.Handle("GET /keys", document(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: i.key.Public(), KeyID: keyID, Algorithm: string(jose.ES256), Use: "sig"},
	}}))
	return app.ServeHTTP(ctx, &http.Server{Handler: mux, ReadHeaderTimeout: readHeaderTimeout}, listener)
}

func document(v any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // the client is gone when this fails
	})
}
