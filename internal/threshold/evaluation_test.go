package threshold_test

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/threshold/thresholdtest"
)

// rfc9497 is what the vectors of the suite ristretto255-SHA512 in verifiable mode say of evaluation.
func rfc9497(t *testing.T) (key threshold.Scalar, public threshold.Element, batches [][2][]threshold.Element) {
	t.Helper()
	raw, err := os.ReadFile("../../services/vault/internal/voprf/testdata/rfc9497.json")
	if err != nil {
		t.Fatal(err)
	}
	var suites []struct {
		Identifier string
		Mode       int
		SkSm, PkSm string
		Vectors    []struct{ BlindedElement, EvaluationElement string }
	}
	if err := json.Unmarshal(raw, &suites); err != nil {
		t.Fatal(err)
	}
	for _, s := range suites {
		if s.Identifier != "ristretto255-SHA512" || s.Mode != 1 {
			continue
		}
		key, public = threshold.Scalar(unhex(t, s.SkSm)[0]), unhex(t, s.PkSm)[0]
		for _, v := range s.Vectors {
			batches = append(batches, [2][]threshold.Element{unhex(t, v.BlindedElement), unhex(t, v.EvaluationElement)})
		}
	}
	if len(batches) == 0 {
		t.Fatal("no vectors")
	}
	return key, public, batches
}

func TestASharedKeyEvaluatesAsRFC9497(t *testing.T) {
	key, public, batches := rfc9497(t)
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(r, "trustees")
		needed := rapid.IntRange(1, n).Draw(r, "threshold")
		set, shares := thresholdtest.Deal(t, key, n, needed)
		if set.Public != public {
			t.Fatalf("public key %x, want %x", set.Public, public)
		}
		context := []byte("vault 1")
		for _, b := range batches {
			var verified []*threshold.Verified
			for _, i := range rapid.Permutation(seq(n)).Draw(r, "order")[:needed] {
				p, err := shares[i].Evaluate(rand.Reader, b[0], context)
				if err != nil {
					t.Fatal(err)
				}
				v, err := set.VerifyEvaluation(p, b[0], context)
				if err != nil {
					t.Fatal(err)
				}
				verified = append(verified, v)
			}
			got, err := set.Combine(verified)
			if err != nil {
				t.Fatal(err)
			}
			for j := range got {
				if got[j] != b[1][j] {
					t.Fatalf("evaluated %x, want %x", got[j], b[1][j])
				}
			}
		}
	})
}

// TestAnEvaluationIsNoOpening has one share asked both ways for the same element.
func TestAnEvaluationIsNoOpening(t *testing.T) {
	q := newQuestion(t, 1, 1, 1)
	p, err := q.shares[0].Evaluate(rand.Reader, []threshold.Element{threshold.Element(q.capsules[0].Capsule[:32])}, q.context)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.set.VerifyOpening(p, q.capsules, q.context); !errors.Is(err, threshold.ErrProof) {
		t.Errorf("taken as an opening: %v", err)
	}
}

func TestAWholeBatchIsEvaluatedOrNone(t *testing.T) {
	share, err := threshold.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set, err := share.Sole()
	if err != nil {
		t.Fatal(err)
	}
	blinded := make([]threshold.Element, 40)
	for i := range blinded {
		_, blinded[i] = encapsulate(t, set.Public, "any")
	}
	rapid.Check(t, func(r *rapid.T) {
		p, err := share.Evaluate(rand.Reader, blinded, nil)
		if err != nil {
			t.Fatal(err)
		}
		wrong := rapid.IntRange(0, len(blinded)-1).Draw(r, "wrong")
		p.Elements[wrong] = blinded[wrong]
		if _, err := set.VerifyEvaluation(p, blinded, nil); !errors.Is(err, threshold.ErrProof) {
			t.Fatalf("element %d wrong: %v", wrong, err)
		}
	})
}

func unhex(t *testing.T, list string) []threshold.Element {
	t.Helper()
	var out []threshold.Element
	for s := range strings.SplitSeq(list, ",") {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, threshold.Element(b))
	}
	return out
}
