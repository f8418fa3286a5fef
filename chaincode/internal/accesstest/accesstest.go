// Package accesstest has keys, signatures and records of access, for tests.
package accesstest

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// PolicyID is the policy of Request and of most tests.
const PolicyID access.PolicyID = "0123456789abcdef0123456789abcdef"

// Key signs; it follows from its name.
type Key struct {
	Identity access.Identity // the key itself
	private  ed25519.PrivateKey
}

// New returns the key with this name.
func New(name string) Key {
	seed := sha256.Sum256([]byte(name))
	private := ed25519.NewKeyFromSeed(seed[:])
	return Key{Identity: access.Ed25519Key(private.Public().(ed25519.PublicKey)), private: private}
}

// Record is a text of the ledger.
type Record interface {
	Canonical() ([]byte, error)
}

// Text returns the record's canonical text.
func Text(t testing.TB, r Record) string {
	t.Helper()
	text, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Digest returns the hash of the record's text.
func Digest(t testing.TB, r Record) model.Hash {
	t.Helper()
	return sha256.Sum256([]byte(Text(t, r)))
}

// Signer signs as an identity.
type Signer struct {
	As  access.Identity
	Key Key
}

// Member signs as a member whose access key has the member's name.
func Member(id string) Signer { return Signer{As: access.Member(id), Key: New(id)} }

// Owner signs as the key with this name.
func Owner(name string) Signer { return Signer{As: New(name).Identity, Key: New(name)} }

// Sign returns the signature of a digest.
func (k Key) Sign(digest model.Hash) []byte { return ed25519.Sign(k.private, digest[:]) }

// Sign returns the signers' signatures of a record.
func Sign(t testing.TB, r Record, signers ...Signer) access.Signatures {
	t.Helper()
	var all access.Signatures
	for _, s := range signers {
		all = append(all, access.Signature{Identity: s.As, Bytes: s.Key.Sign(Digest(t, r))})
	}
	slices.SortFunc(all, func(a, b access.Signature) int { return strings.Compare(string(a.Identity), string(b.Identity)) })
	return all
}

// Expression parses an expression.
func Expression(t testing.TB, text string) access.Expression {
	t.Helper()
	e, err := access.ParseExpression(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Policy returns version 1 of PolicyID with rules like "read:damage * member:a".
func Policy(t testing.TB, rules ...string) access.Policy {
	t.Helper()
	p := access.Policy{ID: PolicyID, Version: 1}
	for _, rule := range rules {
		f := strings.SplitN(rule, " ", 3)
		r := access.Rule{Action: access.Action(f[0]), Expression: Expression(t, f[2])}
		if f[1] != "*" {
			for purpose := range strings.SplitSeq(f[1], ",") {
				r.Purposes = append(r.Purposes, access.Purpose(purpose))
			}
		}
		p.Rules = append(p.Rules, r)
	}
	slices.SortFunc(p.Rules, func(a, b access.Rule) int { return strings.Compare(string(a.Action), string(b.Action)) })
	return p
}

// Next returns the version after prev, changed by edit.
func Next(t testing.TB, prev access.Policy, edit func(*access.Policy)) access.Policy {
	t.Helper()
	next := prev
	next.Version, next.PreviousHash = prev.Version+1, Digest(t, prev)
	next.Rules = slices.Clone(prev.Rules)
	edit(&next)
	return next
}

// Reader is the secret half of the key in Request.
func Reader(t testing.TB) *ecdh.PrivateKey {
	t.Helper()
	seed := sha256.Sum256([]byte("reader"))
	secret, err := ecdh.X25519().NewPrivateKey(seed[:])
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// Request asks, for the insurer, for damage under version 1 of PolicyID.
func Request(t testing.TB) access.ReadRequest {
	t.Helper()
	return access.ReadRequest{
		Policy: PolicyID, PolicyVersion: 1, Class: "damage", Reader: "insurer", KEM: access.X25519,
		ReaderKey: Reader(t).PublicKey().Bytes(), Purpose: "claim_assessment", ExpiryUnixMilli: 1_750_000_600_000, MaxAnswers: 10,
	}
}
