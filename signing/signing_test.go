package signing

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/big"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

func TestEachEventOfAStatementVerifiesAlone(t *testing.T) {
	for name, key := range newKeys(t) {
		signer := newSigner(t, key)
		if signer.Public().Algorithm() != name {
			t.Errorf("algorithm %s, want %s", signer.Public().Algorithm(), name)
		}
		for _, n := range []int{1, 2, 3, 7, 8, 200, MaxEvents} {
			events, hashes := someEvents(n)
			sealed, err := signer.Sign(events)
			must(t, err)
			signed, err := Parse(sealed)
			must(t, err)
			must(t, signed.Verify(signer.Public()))
			tree, err := NewTree(hashes)
			must(t, err)
			for i, h := range hashes {
				path, err := SplitHashes(JoinHashes(tree.Path(i)))
				must(t, err)
				must(t, signed.VerifyEvent(h, uint64(i), path))
				if signed.VerifyEvent(h, uint64(i+1), path) == nil || signed.VerifyEvent(sha256.Sum256([]byte("other")), uint64(i), path) == nil {
					t.Fatalf("%d of %d: another index or event is accepted", i, n)
				}
			}
		}
	}
}

// TestOneEncoding changes every single bit of a statement: none of the results may be the same statement again.
func TestOneEncoding(t *testing.T) {
	for _, key := range newKeys(t) {
		signer := newSigner(t, key)
		events, _ := someEvents(3)
		sealed, err := signer.Sign(events)
		must(t, err)
		for i := range len(sealed) * 8 {
			changed := bytes.Clone(sealed)
			changed[i/8] ^= 1 << (i % 8)
			if signed, err := Parse(changed); err == nil && signed.Verify(signer.Public()) == nil {
				t.Errorf("bit %d can be changed", i)
			}
		}
		for _, changed := range [][]byte{append(bytes.Clone(sealed), 0), sealed[1:], sealed[:len(sealed)-1], nil, make([]byte, MaxSignedBytes+1)} {
			if _, err := Parse(changed); !errors.Is(err, ErrMalformed) {
				t.Errorf("%d bytes: %v", len(changed), err)
			}
		}
	}
}

// TestTheOtherFormOfAnECDSASignatureIsRefused makes (r, n-s) of (r, s), as anybody can.
func TestTheOtherFormOfAnECDSASignatureIsRefused(t *testing.T) {
	signer := newSigner(t, newKeys(t)["ES256"])
	events, _ := someEvents(1)
	sealed, err := signer.Sign(events)
	must(t, err)
	s := sealed[len(sealed)-32:]
	new(big.Int).Sub(elliptic.P256().Params().N, new(big.Int).SetBytes(s)).FillBytes(s)
	signed, err := Parse(sealed)
	must(t, err)
	if err := signed.Verify(signer.Public()); !errors.Is(err, ErrSignature) || !errors.Is(err, errUpperHalf) {
		t.Errorf("got %v", err)
	}
}

func TestAKeySpeaksForItselfOnly(t *testing.T) {
	events, _ := someEvents(1)
	for name, key := range newKeys(t) {
		sealed, err := newSigner(t, key).Sign(events)
		must(t, err)
		signed, err := Parse(sealed)
		must(t, err)
		for other, otherKey := range newKeys(t) {
			public, err := NewPublicKey(otherKey.Public())
			must(t, err)
			if err := signed.Verify(public); !errors.Is(err, ErrSignature) {
				t.Errorf("%s verified by another %s key: %v", name, other, err)
			}
			// The same with the other key's id in the header: alg and signature are then wrong for the key.
			signed.envelope.kid = public.ID()
			if err := signed.Verify(public); !errors.Is(err, ErrSignature) {
				t.Errorf("%s under the id of another %s key: %v", name, other, err)
			}
		}
		if err := signed.Verify(PublicKey{}); !errors.Is(err, ErrSignature) {
			t.Errorf("verified by no key: %v", err)
		}
	}
}

func TestEnvelopesOfOthersAreRefused(t *testing.T) {
	key := newKeys(t)["EdDSA"]
	public, err := NewPublicKey(key.Public())
	must(t, err)
	id := public.ID()
	events, _ := someEvents(1)
	sealed, err := newSigner(t, key).Sign(events)
	must(t, err)
	good, err := Parse(sealed)
	must(t, err)
	payload := good.envelope.message.Payload
	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, key)
	must(t, err)
	header := func(more cose.ProtectedHeader) cose.Headers {
		h := cose.Headers{Protected: cose.ProtectedHeader{cose.HeaderLabelAlgorithm: cose.AlgorithmEdDSA, cose.HeaderLabelKeyID: id[:]}, Unprotected: cose.UnprotectedHeader{}}
		for k, v := range more {
			h.Protected[k] = v
		}
		return h
	}
	unprotected := header(nil)
	unprotected.Unprotected["note"] = "free"
	for what, headers := range map[string]cose.Headers{
		"further header":          header(cose.ProtectedHeader{"note": "free"}),
		"unknown critical header": header(cose.ProtectedHeader{"x": 1, cose.HeaderLabelCritical: []any{"x"}}),
		"content type":            header(cose.ProtectedHeader{cose.HeaderLabelContentType: "application/cbor"}),
		"short kid":               header(cose.ProtectedHeader{cose.HeaderLabelKeyID: id[:8]}),
		"unprotected header":      unprotected,
	} {
		message := cose.Sign1Message{Headers: headers, Payload: payload}
		must(t, message.Sign(rand.Reader, nil, signer))
		data, err := message.MarshalCBOR()
		must(t, err)
		if _, err := Parse(data); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestPayloadsOfOthersAreRefused seals payloads that no Signer makes.
func TestPayloadsOfOthersAreRefused(t *testing.T) {
	key := newKeys(t)["EdDSA"]
	public, err := NewPublicKey(key.Public())
	must(t, err)
	hash := make([]byte, 32)
	valid := func() map[any]any {
		return map[any]any{1: statementType, 2: testSource, 3: 0, 4: 1, 5: hash, 6: hash}
	}
	with := func(k, v any) []byte {
		m := valid()
		m[k] = v
		data, err := encodePayload(m)
		must(t, err)
		return data
	}
	canonical := with(1, statementType)
	unsorted, err := cbor.EncOptions{Sort: cbor.SortNone}.EncMode()
	must(t, err)
	backwards, err := unsorted.Marshal(struct {
		Root     []byte `cbor:"6,keyasint"`
		Type     string `cbor:"1,keyasint"`
		Source   string `cbor:"2,keyasint"`
		First    uint64 `cbor:"3,keyasint"`
		Count    uint64 `cbor:"4,keyasint"`
		Previous []byte `cbor:"5,keyasint"`
	}{hash, statementType, testSource, 0, 1, hash})
	must(t, err)
	enrolment, err := encodePayload(enrolmentPayload{enrolmentType, testSource, ""})
	must(t, err)
	cases := map[string][]byte{
		"another type":         with(1, "pcc.source-statement/2"),
		"further field":        with(7, 1),
		"text as a key":        with("1", 1),
		"no source":            with(2, ""),
		"long source":          with(2, string(make([]byte, MaxSourceBytes+1))),
		"negative number":      with(3, -1),
		"number too high":      with(3, uint64(MaxSequence)),
		"no events":            with(4, 0),
		"too many events":      with(4, MaxEvents+1),
		"something before 0":   with(5, bytes.Repeat([]byte{1}, 32)),
		"short hash":           with(5, hash[:31]),
		"keys out of order":    backwards,
		"an enrolment":         enrolment,
		"repeated key":         append(append([]byte{canonical[0] + 1}, canonical[1:]...), 6, 0x40),
		"longer integer":       bytes.Replace(canonical, []byte{3, 0, 4, 1}, []byte{3, 0x18, 0, 4, 1}, 1),
		"indefinite length":    append(append([]byte{0xbf}, canonical[1:]...), 0xff),
		"nothing":              {},
		"something after it":   append(bytes.Clone(canonical), 0),
		"not a map":            {0x80},
		"a tag around a field": bytes.Replace(canonical, []byte{3, 0, 4, 1}, []byte{3, 0xc2, 0x40, 4, 1}, 1),
	}
	for what, payload := range cases {
		sealed, err := seal(key, public, payload)
		must(t, err)
		if _, err := Parse(sealed); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	sealed, err := seal(key, public, canonical)
	must(t, err)
	if _, err := Parse(sealed); err != nil {
		t.Errorf("the valid payload: %v", err)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(t, err)
	if _, err := NewPublicKey(p384.Public()); !errors.Is(err, ErrKey) {
		t.Errorf("P-384: %v", err)
	}
	if _, err := NewPublicKey("key"); !errors.Is(err, ErrKey) {
		t.Errorf("no key: %v", err)
	}
	for _, der := range [][]byte{nil, []byte("key"), make([]byte, MaxKeyBytes+1)} {
		if _, err := ParsePublicKey(der); !errors.Is(err, ErrKey) {
			t.Errorf("%d bytes: %v", len(der), err)
		}
	}
}

// TestKeysOfSmallOrderAreRefused shows why: without any private key, all zeros verifies some message under such a key.
func TestKeysOfSmallOrderAreRefused(t *testing.T) {
	identity := make([]byte, ed25519.SignatureSize)
	identity[0] = 1
	for _, text := range []string{
		"0000000000000000000000000000000000000000000000000000000000000080",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		key, err := hex.DecodeString(text)
		must(t, err)
		if _, err := NewPublicKey(ed25519.PublicKey(key)); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", text, err)
		}
		forged := false
		for i := range 256 {
			forged = forged || ed25519.Verify(key, []byte{byte(i)}, identity)
		}
		if !forged {
			t.Errorf("%s: not weak", text)
		}
	}
}

func TestAKeyReadBackIsTheSame(t *testing.T) {
	for _, key := range newKeys(t) {
		public, err := NewPublicKey(key.Public())
		must(t, err)
		again, err := ParsePublicKey(public.DER())
		must(t, err)
		id, err := ParseKeyID(again.ID().String())
		must(t, err)
		if id != public.ID() || id != KeyID(sha256.Sum256(public.DER())) {
			t.Errorf("id %s", id)
		}
	}
	if _, err := ParseKeyID("AB"); !errors.Is(err, ErrMalformed) {
		t.Errorf("short id: %v", err)
	}
}

func TestAnEnrolmentIsForOneSourceAndKey(t *testing.T) {
	const passport = "passports/6f1c1f0e-7b7e-4f7e-9a53-0d6f3f0a4c55"
	keys := newKeys(t)
	public, err := NewPublicKey(keys["EdDSA"].Public())
	must(t, err)
	other, err := NewPublicKey(keys["ES256"].Public())
	must(t, err)
	e := Enrolment{Source: testSource, Passport: passport}
	sealed, err := SignEnrolment(keys["EdDSA"], e)
	must(t, err)
	must(t, VerifyEnrolment(sealed, public, e))
	statement, err := newSigner(t, keys["EdDSA"]).Sign([][]byte{[]byte("event")})
	must(t, err)
	for what, err := range map[string]error{
		"another key":      VerifyEnrolment(sealed, other, e),
		"another source":   VerifyEnrolment(sealed, public, Enrolment{Source: "/members/oem/x", Passport: passport}),
		"another passport": VerifyEnrolment(sealed, public, Enrolment{Source: testSource}),
		"a statement":      VerifyEnrolment(statement, public, e),
		"nothing":          VerifyEnrolment(nil, public, e),
	} {
		if err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
}
