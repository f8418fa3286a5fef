// Package token signs bearer tokens that the platform should refuse; valid ones come from `pcc token`.
package token

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"testing"
	"time"
)

// keyID is how the development issuer names its key.
const keyID = "dev-1"

// Claims are those of the development issuer's tokens.
type Claims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	Member    string `json:"pcc_member"`
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
}

// NewClaims are claims that the platform accepts when the right key signs them.
func NewClaims(issuer, member, principal string) Claims {
	now := time.Now()
	return Claims{
		Issuer: issuer, Subject: principal, Audience: "pcc", Member: member,
		IssuedAt: now.Add(-time.Minute).Unix(), ExpiresAt: now.Add(time.Hour).Unix(),
	}
}

// LoadKey reads a private key, PEM of PKCS #8.
func LoadKey(t testing.TB, file string) *ecdsa.PrivateKey {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		t.Fatalf("%s holds no PEM", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		t.Fatalf("%s holds no ECDSA key", file)
	}
	return key
}

// Sign makes a compact JWS by ES256.
func Sign(t testing.TB, key *ecdsa.PrivateKey, c Claims) string {
	t.Helper()
	signed := part(t, map[string]string{"alg": "ES256", "typ": "JWT", "kid": keyID}) + "." + part(t, c)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	const half = 32
	signature := make([]byte, 2*half)
	r.FillBytes(signature[:half])
	s.FillBytes(signature[half:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// Unsigned makes a token that claims to need no signature.
func Unsigned(t testing.TB, c Claims) string {
	t.Helper()
	return part(t, map[string]string{"alg": "none", "typ": "JWT"}) + "." + part(t, c) + "."
}

func part(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}
