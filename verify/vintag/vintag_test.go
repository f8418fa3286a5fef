package vintag

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/circl/oprf"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/threshold/thresholdtest"
	"github.com/pcc-platform/pcc/verify"
)

const vin = "0PC11111111111111"

// evaluator is the holders of a tag key, of whom two are needed.
type evaluator struct {
	set    threshold.KeySet
	shares []threshold.Share
}

func newEvaluator(t *testing.T) evaluator {
	t.Helper()
	set, shares := thresholdtest.Deal(t, threshold.Scalar{}, 3, 2)
	return evaluator{set, shares}
}

func (e evaluator) key(*testing.T) []byte { return e.set.Public[:] }

// prove asks two holders for a VIN as the vault does.
func (e evaluator) prove(t *testing.T, vin string) (eventlist.Tag, verify.TagProof) {
	t.Helper()
	input := eventlist.TagInput(vin)
	blind, blinded, err := threshold.Blind(rand.Reader, input)
	must(t, err)
	p := verify.TagProof{Blind: blind[:]}
	var shown []threshold.Shown
	for _, i := range []int{0, 2} {
		s, err := e.shares[i].Show(rand.Reader, blinded)
		must(t, err)
		shown = append(shown, s)
		p.Parts = append(p.Parts, verify.TagPart{Index: s.Index, Key: s.Key[:], Evaluation: s.Evaluation[:], Proof: s.Proof[:]})
	}
	evaluated, err := threshold.CombineShown(e.set.Public, blinded, shown)
	must(t, err)
	output, err := threshold.Finalize(input, blind, evaluated)
	must(t, err)
	return eventlist.TagOf(output), p
}

func documentOf(t *testing.T, tag eventlist.Tag, p *verify.TagProof) []byte {
	t.Helper()
	text, err := verify.Encode(verify.Document{Schema: verify.Schema, Tag: tag[:], TagProof: p})
	must(t, err)
	return text
}

func TestATagIsShownToBeThatOfAVIN(t *testing.T) {
	e := newEvaluator(t)
	trust := verify.Trust{TagKey: e.key(t)}
	tag, p := e.prove(t, vin)
	document := documentOf(t, tag, &p)
	for _, spelled := range []string{vin, " " + strings.ToLower(vin) + "\n"} {
		if err := Check(document, trust, spelled); err != nil {
			t.Errorf("%q: %v", spelled, err)
		}
	}
	for name, c := range map[string]struct {
		document []byte
		trust    verify.Trust
		vin      string
		want     verify.Reason
	}{
		"another VIN":   {document, trust, "0PC11111111111112", verify.ReasonOtherVehicle},
		"not a VIN":     {document, trust, "0PC", verify.ReasonOtherVehicle},
		"no proof":      {documentOf(t, tag, nil), trust, vin, verify.ReasonTagProofMissing},
		"no tag key":    {document, verify.Trust{}, vin, verify.ReasonTrustMalformed},
		"another key":   {document, verify.Trust{TagKey: newEvaluator(t).key(t)}, vin, verify.ReasonOtherVehicle},
		"another tag":   {documentOf(t, eventlist.Tag{1}, &p), trust, vin, verify.ReasonOtherVehicle},
		"no document":   {[]byte("{"), trust, vin, verify.ReasonDocumentMalformed},
		"no key at all": {document, verify.Trust{TagKey: make([]byte, 32)}, vin, verify.ReasonOtherVehicle},
	} {
		err := Check(c.document, c.trust, c.vin)
		if verify.ReasonOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if strings.Contains(err.Error(), c.vin) {
			t.Errorf("%s: the error holds the VIN", name)
		}
	}
}

// TestForgedProofsAreRefused also tries every single bit.
func TestForgedProofsAreRefused(t *testing.T) {
	e, other := newEvaluator(t), newEvaluator(t)
	_, honest := e.prove(t, vin)
	_, ofAnotherVIN := e.prove(t, "0PC11111111111112")
	_, ofAnotherKey := other.prove(t, vin)
	_, again := e.prove(t, vin)
	changed := func(change func(p *verify.TagProof)) verify.TagProof {
		p := verify.TagProof{Blind: slices.Clone(honest.Blind), Parts: slices.Clone(honest.Parts)}
		change(&p)
		return p
	}
	for name, p := range map[string]verify.TagProof{
		"of another VIN":                ofAnotherVIN,
		"of another key":                ofAnotherKey,
		"another question's blind":      changed(func(p *verify.TagProof) { p.Blind = again.Blind }),
		"another question's evaluation": changed(func(p *verify.TagProof) { p.Parts[0].Evaluation = again.Parts[0].Evaluation }),
		"another question's proof":      changed(func(p *verify.TagProof) { p.Parts[0].Proof = again.Parts[0].Proof }),
		"challenge and response swapped": changed(func(p *verify.TagProof) {
			p.Parts[1].Proof = slices.Concat(p.Parts[1].Proof[32:], p.Parts[1].Proof[:32])
		}),
		"zero proof":           changed(func(p *verify.TagProof) { p.Parts[1].Proof = make([]byte, 64) }),
		"zero blind":           changed(func(p *verify.TagProof) { p.Blind = make([]byte, 32) }),
		"the identity":         changed(func(p *verify.TagProof) { p.Parts[0].Evaluation = make([]byte, 32) }),
		"blind not reduced":    changed(func(p *verify.TagProof) { p.Blind = bytes.Repeat([]byte{0xff}, 32) }),
		"one holder":           changed(func(p *verify.TagProof) { p.Parts = p.Parts[:1] }),
		"a holder twice":       changed(func(p *verify.TagProof) { p.Parts[1] = p.Parts[0] }),
		"another index":        changed(func(p *verify.TagProof) { p.Parts[1].Index = 2 }),
		"holders swapped":      changed(func(p *verify.TagProof) { slices.Reverse(p.Parts) }),
		"another key's holder": changed(func(p *verify.TagProof) { p.Parts[1] = ofAnotherKey.Parts[1] }),
		"nothing":              {},
	} {
		if _, err := TagOf(vin, p, e.key(t)); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, part := range []*[]byte{&honest.Blind, &honest.Parts[0].Key, &honest.Parts[0].Evaluation, &honest.Parts[1].Proof} {
		for bit := range 8 * len(*part) {
			(*part)[bit/8] ^= 1 << (bit % 8)
			if _, err := TagOf(vin, honest, e.key(t)); !errors.Is(err, ErrRefused) {
				t.Errorf("bit %d: %v", bit, err)
			}
			(*part)[bit/8] ^= 1 << (bit % 8)
		}
	}
}

// TestTheVectorsOfRFC9497 are those of single inputs, from the appendix of the RFC.
func TestTheVectorsOfRFC9497(t *testing.T) {
	raw, err := os.ReadFile("../../services/vault/internal/voprf/testdata/rfc9497.json")
	must(t, err)
	var suites []struct {
		Identifier string
		Mode       oprf.Mode
		PkSm       string
		Vectors    []struct {
			Input, Blind, EvaluationElement, Output string
			Proof                                   struct{ Proof string }
		}
	}
	must(t, json.Unmarshal(raw, &suites))
	checked := 0
	for _, s := range suites {
		if s.Identifier != "ristretto255-SHA512" || s.Mode != oprf.VerifiableMode {
			continue
		}
		for _, v := range s.Vectors {
			if strings.Contains(v.Input, ",") {
				continue
			}
			p := verify.TagProof{Blind: unhex(t, v.Blind), Parts: []verify.TagPart{
				{Index: 1, Key: unhex(t, s.PkSm), Evaluation: unhex(t, v.EvaluationElement), Proof: unhex(t, v.Proof.Proof)},
			}}
			output, err := evaluate(unhex(t, v.Input), p, unhex(t, s.PkSm))
			if err != nil || hex.EncodeToString(output[:]) != v.Output {
				t.Errorf("output %x, %v, want %s", output, err, v.Output)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Error("no vector of our suite and mode")
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	must(t, err)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
