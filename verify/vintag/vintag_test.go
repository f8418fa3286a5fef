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
	"github.com/pcc-platform/pcc/verify"
)

const vin = "0PC11111111111111"

// evaluator is the holder of a tag key.
type evaluator struct {
	server oprf.VerifiableServer
	public *oprf.PublicKey
}

func newEvaluator(t *testing.T) evaluator {
	t.Helper()
	key, err := oprf.GenerateKey(oprf.SuiteRistretto255, rand.Reader)
	must(t, err)
	return evaluator{oprf.NewVerifiableServer(oprf.SuiteRistretto255, key), key.Public()}
}

func (e evaluator) key(t *testing.T) []byte {
	t.Helper()
	raw, err := e.public.MarshalBinary()
	must(t, err)
	return raw
}

// prove asks for a VIN as the vault does.
func (e evaluator) prove(t *testing.T, vin string) (eventlist.Tag, verify.TagProof) {
	t.Helper()
	client := oprf.NewVerifiableClient(oprf.SuiteRistretto255, e.public)
	asked, request, err := client.Blind([][]byte{eventlist.TagInput(vin)})
	must(t, err)
	evaluation, err := e.server.Evaluate(request)
	must(t, err)
	outputs, err := client.Finalize(asked, evaluation)
	must(t, err)
	var p verify.TagProof
	p.Blind, err = asked.CopyBlinds()[0].MarshalBinary()
	must(t, err)
	p.Evaluation, err = evaluation.Elements[0].MarshalBinaryCompress()
	must(t, err)
	p.Proof, err = evaluation.Proof.MarshalBinary()
	must(t, err)
	return eventlist.TagOf([64]byte(outputs[0])), p
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
	for name, p := range map[string]verify.TagProof{
		"of another VIN":                 ofAnotherVIN,
		"of another key":                 ofAnotherKey,
		"another question's blind":       {Blind: again.Blind, Evaluation: honest.Evaluation, Proof: honest.Proof},
		"another question's evaluation":  {Blind: honest.Blind, Evaluation: again.Evaluation, Proof: honest.Proof},
		"another question's proof":       {Blind: honest.Blind, Evaluation: honest.Evaluation, Proof: again.Proof},
		"challenge and response swapped": {Blind: honest.Blind, Evaluation: honest.Evaluation, Proof: slices.Concat(honest.Proof[32:], honest.Proof[:32])},
		"zero proof":                     {Blind: honest.Blind, Evaluation: honest.Evaluation, Proof: make([]byte, 64)},
		"zero blind":                     {Blind: make([]byte, 32), Evaluation: honest.Evaluation, Proof: honest.Proof},
		"the identity":                   {Blind: honest.Blind, Evaluation: make([]byte, 32), Proof: honest.Proof},
		"blind not reduced":              {Blind: bytes.Repeat([]byte{0xff}, 32), Evaluation: honest.Evaluation, Proof: honest.Proof},
		"nothing":                        {},
	} {
		if _, err := TagOf(vin, p, e.key(t)); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, part := range []*[]byte{&honest.Blind, &honest.Evaluation, &honest.Proof} {
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
			p := verify.TagProof{Blind: unhex(t, v.Blind), Evaluation: unhex(t, v.EvaluationElement), Proof: unhex(t, v.Proof.Proof)}
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
