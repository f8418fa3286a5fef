package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"testing"
)

const testSource = "/members/oem/cloud"

func newKeys(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return map[string]crypto.Signer{"EdDSA": ed, "ES256": ec}
}

func newSigner(t testing.TB, key crypto.Signer) *Signer {
	t.Helper()
	s, err := NewSigner(key, testSource, State{})
	must(t, err)
	return s
}

func someEvents(n int) (events [][]byte, hashes []Hash) {
	for i := range n {
		e := fmt.Appendf(nil, "event %d", i)
		events, hashes = append(events, e), append(hashes, sha256.Sum256(e))
	}
	return events, hashes
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
