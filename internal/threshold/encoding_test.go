package threshold_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	mathrand "math/rand/v2"
	"testing"

	"github.com/cloudflare/circl/group"

	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/threshold/thresholdtest"
)

// badElements are encodings that RFC 9496 lists as bad, of each kind, and points of small order of the curve beneath.
func badElements(t testing.TB) map[string]threshold.Element {
	t.Helper()
	out := map[string]threshold.Element{}
	for name, text := range map[string]string{
		"the identity":                     "0000000000000000000000000000000000000000000000000000000000000000",
		"non-canonical, the modulus":       "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"non-canonical, high bit":          "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"non-canonical, above the modulus": "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"negative":                         "0100000000000000000000000000000000000000000000000000000000000000",
		"negative, minus one":              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"not a square":                     "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
		"negative product":                 "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
		"edwards point of order 8":         "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"edwards point of order 4":         "0000000000000000000000000000000000000000000000000000000000000080",
	} {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = threshold.Element(raw)
	}
	return out
}

func TestBadElementsAreRefusedEverywhere(t *testing.T) {
	q := newQuestion(t, 2, 2, 1)
	for name, bad := range badElements(t) {
		refused := func(where string, err error) {
			if !errors.Is(err, threshold.ErrEncoding) {
				t.Errorf("%s in %s: %v", name, where, err)
			}
		}
		refused("an element", bad.Check())
		_, _, err := threshold.Encapsulate(rand.Reader, bad, "label")
		refused("a public key", err)
		for _, at := range []int{0, 32} {
			l := q.capsules[0]
			copy(l.Capsule[at:], bad[:])
			refused("a capsule", threshold.VerifyCapsule(l))
		}
		_, err = q.shares[0].Evaluate(rand.Reader, []threshold.Element{q.set.Public, bad}, nil)
		refused("a blinded element", err)
		p := q.open(t, 0)
		p.Elements[0] = bad
		_, err = q.set.VerifyOpening(p, q.capsules, q.context)
		refused("an answer", err)
		set := q.set
		set.Public = bad
		refused("a key set", set.Check())
		set = q.set
		set.Verification = []threshold.VerificationKey{{Index: 1, Key: bad}, q.set.Verification[1]}
		refused("a verification key", set.Check())
	}
}

func TestBadScalarsAreRefused(t *testing.T) {
	order, err := hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]threshold.Scalar{"zero": {}, "the order": threshold.Scalar(order), "high bits": {31: 0xff}} {
		if _, err := (threshold.Share{Index: 1, Secret: bad}).Public(); !errors.Is(err, threshold.ErrEncoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
	q := newQuestion(t, 1, 1, 1)
	for at := 0; at < threshold.ProofSize; at += 32 {
		p := q.open(t, 0)
		copy(p.Proof[at:], order)
		if _, err := q.set.VerifyOpening(p, q.capsules, q.context); !errors.Is(err, threshold.ErrEncoding) {
			t.Errorf("a proof's scalar at %d that is not reduced: %v", at, err)
		}
	}
}

func TestKeySetsThatDoNotHoldTogetherAreRefused(t *testing.T) {
	set, shares := thresholdtest.Deal(t, threshold.Scalar{}, 5, 3)
	other, _ := thresholdtest.Deal(t, threshold.Scalar{}, 5, 3)
	for name, spoil := range map[string]func(k *threshold.KeySet){
		"another public key":  func(k *threshold.KeySet) { k.Public = other.Public },
		"another's key":       func(k *threshold.KeySet) { k.Verification[4] = other.Verification[4] },
		"a lower threshold":   func(k *threshold.KeySet) { k.Threshold = 2 },
		"no threshold":        func(k *threshold.KeySet) { k.Threshold = 0 },
		"too few":             func(k *threshold.KeySet) { k.Verification = k.Verification[:2] },
		"one trustee twice":   func(k *threshold.KeySet) { k.Verification[1] = k.Verification[0] },
		"an index of nothing": func(k *threshold.KeySet) { k.Verification[0].Index = 0 },
		"an index too high":   func(k *threshold.KeySet) { k.Verification[4].Index = threshold.MaxIndex + 1 },
		"two indices swapped": func(k *threshold.KeySet) {
			k.Verification[1].Key, k.Verification[2].Key = k.Verification[2].Key, k.Verification[1].Key
		},
	} {
		bad := set
		bad.Verification = append([]threshold.VerificationKey(nil), set.Verification...)
		spoil(&bad)
		if err := bad.Check(); !errors.Is(err, threshold.ErrKeySet) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := set.Holds(shares[2]); err != nil {
		t.Error(err)
	}
	if err := other.Holds(shares[2]); !errors.Is(err, threshold.ErrKeySet) {
		t.Errorf("a share of another key: %v", err)
	}
}

func FuzzPartial(f *testing.F) {
	q := newQuestion(f, 1, 1, 2)
	raw, err := q.open(f, 0).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p threshold.Partial
		if p.UnmarshalBinary(raw) != nil {
			return
		}
		again, err := p.MarshalBinary()
		if err != nil || !bytes.Equal(again, raw) {
			t.Fatalf("another encoding, %v", err)
		}
		if v, err := q.set.VerifyOpening(p, q.capsules, q.context); err == nil {
			if secrets, err := q.set.Combine([]*threshold.Verified{v}); err != nil || secrets[1] != q.secrets[1] {
				t.Fatalf("accepted and wrong, %v", err)
			}
		}
	})
}

func FuzzCapsule(f *testing.F) {
	// The seed is fixed: processes of one fuzzing share what they start from.
	public := threshold.Element(encodeBase(f))
	capsule, _, err := threshold.Encapsulate(mathrand.NewChaCha8([32]byte{}), public, "label")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(capsule[:], "label")
	f.Fuzz(func(t *testing.T, raw []byte, label string) {
		if len(raw) != threshold.CapsuleSize {
			return
		}
		l := threshold.Labelled{Label: label, Capsule: threshold.Capsule(raw)}
		if threshold.VerifyCapsule(l) == nil && l != (threshold.Labelled{Label: "label", Capsule: capsule}) {
			t.Fatal("a capsule nobody made")
		}
	})
}

func encodeBase(t testing.TB) []byte {
	t.Helper()
	raw, err := group.Ristretto255.Generator().MarshalBinaryCompress()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
