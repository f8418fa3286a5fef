package web_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/testkit/browser"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
)

const (
	cloud  = "/members/oem/cloud"
	signer = "passports/1"
)

// sealed makes a statement over one event under a new key.
func sealed(t testing.TB, key crypto.Signer) (statement []byte, public signing.PublicKey) {
	t.Helper()
	s, err := signing.NewSigner(key, cloud, signing.State{})
	if err != nil {
		t.Fatal(err)
	}
	if statement, err = s.Sign([][]byte{[]byte("an event")}); err != nil {
		t.Fatal(err)
	}
	return statement, s.Public()
}

// keys are one of each kind.
func keys(t testing.TB) (edwards ed25519.PrivateKey, p256 *ecdsa.PrivateKey) {
	t.Helper()
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if p256, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	return edwards, p256
}

// TestStatementsHaveOneEncoding gives damaged statements to package signing and to the page: both read the same ones.
func TestStatementsHaveOneEncoding(t *testing.T) {
	p := open(t)
	edwards, p256 := keys(t)
	whole := make([][]byte, 2)
	whole[0], _ = sealed(t, edwards)
	whole[1], _ = sealed(t, p256)
	rapid.Check(t, func(rt *rapid.T) {
		statement := slices.Clone(whole[rapid.IntRange(0, 1).Draw(rt, "statement")])
		for range rapid.IntRange(0, 2).Draw(rt, "changes") {
			statement[rapid.IntRange(0, len(statement)-1).Draw(rt, "at")] = rapid.Byte().Draw(rt, "byte")
		}
		var read struct {
			Kid          string
			First, Count uint64
		}
		p.Eval(t, fmt.Sprintf(`(() => {
			try {
				const { kid, first, count } = modules.statement.parseStatement(modules.bytes.fromBase64(%q));
				return { kid: modules.bytes.hex(kid), first, count };
			} catch { return {}; }
		})()`, base64.StdEncoding.EncodeToString(statement)), &read)
		s, err := signing.Parse(statement)
		if (err == nil) != (read.Kid != "") || err == nil && (read.Kid != s.KeyID().String() || read.First != s.First || read.Count != s.Count) {
			rt.Fatalf("%x: the page reads %+v, package signing %+v, %v", statement, read, s, err)
		}
	})
}

// TestSignaturesOfSources says of a statement and an event what the signature shows.
func TestSignaturesOfSources(t *testing.T) {
	p := open(t)
	edwards, p256 := keys(t)
	for _, key := range []crypto.Signer{edwards, p256} {
		statement, public := sealed(t, key)
		good := verify.SourceKey{Source: cloud, PublicKey: public.DER()}
		end := uint64(7)
		for _, c := range []struct {
			name, want string
			statement  []byte
			key        verify.SourceKey
			event      string
		}{
			{"good", "signed", statement, good, ""},
			{"signature changed", "SIGNATURE_INVALID", changed(statement), good, ""},
			{"event of another source", "SIGNATURE_INVALID", statement, good, `source: "/members/oem/other"`},
			{"key of another source", "keyOfOtherSource", statement, verify.SourceKey{Source: "/members/oem/x", PublicKey: public.DER()}, ""},
			{"key of another vehicle", "keyOfOtherVehicle", statement, verify.SourceKey{Source: cloud, PublicKey: public.DER(), Passport: "passports/2"}, ""},
			{"key of the vehicle", "signed", statement, verify.SourceKey{Source: cloud, PublicKey: public.DER(), Passport: signer}, ""},
			{"event of another member", "otherMember", statement, good, `member: "members/x"`},
			{"place not shown", "positionNotShown", statement, verify.SourceKey{Source: cloud, PublicKey: public.DER(), EndSequence: &end}, ""},
			{"revoked", "afterRevocation", statement, verify.SourceKey{Source: cloud, PublicKey: public.DER(), EndSequence: &end}, `position: { stream: "ingest/oem", seq: 7 }`},
			{"before revocation", "signed", statement, verify.SourceKey{Source: cloud, PublicKey: public.DER(), EndSequence: &end}, `position: { stream: "ingest/oem", seq: 6 }`},
			{"not yet enrolled", "beforeEnrolment", statement, verify.SourceKey{Source: cloud, PublicKey: public.DER(), FirstSequence: 7}, `position: { stream: "ingest/oem", seq: 6 }`},
			{"another stream", "otherStream", statement, verify.SourceKey{Source: cloud, PublicKey: public.DER(), FirstSequence: 7}, `position: { stream: "ingest/x", seq: 7 }`},
		} {
			if got := signatureSays(t, p, c.statement, c.key, c.event); got != c.want {
				t.Errorf("%s, %s: %s, want %s", public.Algorithm(), c.name, got, c.want)
			}
		}
	}
	statement, public := sealed(t, p256)
	if got := signatureSays(t, p, upperHalf(statement), verify.SourceKey{Source: cloud, PublicKey: public.DER()}, ""); got != "SIGNATURE_INVALID" {
		t.Errorf("the second form of a signature of ES256: %s", got)
	}
	weak := append(slices.Clone(edwardsPrefix()), make([]byte, ed25519.PublicKeySize)...)
	if got := signatureSays(t, p, statement, verify.SourceKey{Source: cloud, PublicKey: weak}, ""); got != "TRUST_MALFORMED" {
		t.Errorf("a key of small order: %s", got)
	}
}

// edwardsPrefix begins the SubjectPublicKeyInfo of every Ed25519 key.
func edwardsPrefix() []byte {
	return []byte{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00}
}

// signatureSays is "signed", why the signature is not counted, or the reason of a refusal. The event is as given, otherwise the signer's.
func signatureSays(t *testing.T, p *browser.Page, statement []byte, key verify.SourceKey, event string) (says string) {
	t.Helper()
	var list verify.Trust
	if err := json.Unmarshal(vector(t, "trust.json"), &list); err != nil {
		t.Fatal(err)
	}
	list.SourceKeys = []verify.SourceKey{key}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	p.Eval(t, fmt.Sprintf(`(async () => {
		const statement = modules.statement.parseStatement(modules.bytes.fromBase64(%q));
		const { source = %q, member = "members/oem", position } = { %s };
		const event = { at: "", signature: { statement, number: 0 }, view: { source, member, signature: { key: "" } }, position };
		try {
			const trust = await modules.trust.parseTrust(%s);
			const found = await modules.signatures.checkSignatures([event], %q, trust.source_keys);
			return found.signed ? "signed" : found.notCounted[0].why;
		} catch (err) { return err.reason ?? String(err); }
	})()`, base64.StdEncoding.EncodeToString(statement), cloud, event, quote(t, text), signer), &says)
	return says
}

// changed has another bit of the signature, which a statement ends with.
func changed(statement []byte) []byte {
	out := slices.Clone(statement)
	out[len(out)-1] ^= 1
	return out
}

// upperHalf gives a signature of ES256 its other form, n-s for s.
func upperHalf(statement []byte) []byte {
	out := slices.Clone(statement)
	s := out[len(out)-32:]
	new(big.Int).Sub(elliptic.P256().Params().N, new(big.Int).SetBytes(s)).FillBytes(s)
	return out
}
