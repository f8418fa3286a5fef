package threshold_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/cloudflare/circl/group"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/threshold/thresholdtest"
)

// question is what the trustees of a test are asked, and the secrets that it opens to.
type question struct {
	set      threshold.KeySet
	shares   []threshold.Share
	capsules []threshold.Labelled
	secrets  []threshold.Element
	context  []byte
}

func newQuestion(t testing.TB, n, needed, capsules int) question {
	t.Helper()
	q := question{context: []byte("request 1")}
	q.set, q.shares = thresholdtest.Deal(t, threshold.Scalar{}, n, needed)
	for i := range capsules {
		l, secret := encapsulate(t, q.set.Public, fmt.Sprintf("label %d", i%2))
		q.capsules, q.secrets = append(q.capsules, l), append(q.secrets, secret)
	}
	return q
}

func encapsulate(t testing.TB, public threshold.Element, label string) (threshold.Labelled, threshold.Element) {
	t.Helper()
	c, secret, err := threshold.Encapsulate(rand.Reader, public, label)
	if err != nil {
		t.Fatal(err)
	}
	return threshold.Labelled{Label: label, Capsule: c}, secret
}

func (q question) open(t testing.TB, share int) threshold.Partial {
	t.Helper()
	p, err := q.shares[share].Open(rand.Reader, q.capsules, q.context)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (q question) verify(t testing.TB, p threshold.Partial) *threshold.Verified {
	t.Helper()
	v, err := q.set.VerifyOpening(p, q.capsules, q.context)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAnyThresholdOfTrusteesOpensAndFewerDoNot(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(r, "trustees")
		needed := rapid.IntRange(1, n).Draw(r, "threshold")
		q := newQuestion(t, n, needed, rapid.IntRange(1, 3).Draw(r, "capsules"))
		if err := q.set.Check(); err != nil {
			t.Fatal(err)
		}
		var verified []*threshold.Verified
		for _, i := range rapid.Permutation(seq(n)).Draw(r, "order")[:needed] {
			verified = append(verified, q.verify(t, q.open(t, i)))
		}
		secrets, err := q.set.Combine(verified)
		if err != nil {
			t.Fatal(err)
		}
		for i := range secrets {
			if secrets[i] != q.secrets[i] {
				t.Fatalf("capsule %d opens to another secret", i)
			}
		}
		// One answer given twice is one answer.
		few := slices.Concat(verified[:needed-1], verified[:needed-1])
		if _, err := q.set.Combine(few); !errors.Is(err, threshold.ErrTooFew) {
			t.Fatalf("%d of %d: %v", needed-1, needed, err)
		}
	})
}

// TestOneFewerThanTheThresholdInterpolatesToNothing lets t - 1 colluders lower the threshold for themselves.
func TestOneFewerThanTheThresholdInterpolatesToNothing(t *testing.T) {
	q := newQuestion(t, 5, 3, 1)
	colluders := q.set
	colluders.Threshold = 2
	secrets, err := colluders.Combine([]*threshold.Verified{q.verify(t, q.open(t, 1)), q.verify(t, q.open(t, 4))})
	if err != nil {
		t.Fatal(err)
	}
	if secrets[0] == q.secrets[0] {
		t.Error("two of three opened")
	}
	if err := colluders.Check(); !errors.Is(err, threshold.ErrKeySet) {
		t.Errorf("a threshold lowered: %v", err)
	}
}

func TestACapsuleIsBoundToItsLabel(t *testing.T) {
	q := newQuestion(t, 3, 2, 1)
	moved := threshold.Labelled{Label: "another policy", Capsule: q.capsules[0].Capsule}
	if err := threshold.VerifyCapsule(moved); !errors.Is(err, threshold.ErrCapsule) {
		t.Errorf("under another label: %v", err)
	}
	if _, err := q.shares[0].Open(rand.Reader, []threshold.Labelled{moved}, q.context); !errors.Is(err, threshold.ErrCapsule) {
		t.Errorf("a trustee answers a capsule under another label: %v", err)
	}
	for i := range q.capsules[0].Capsule {
		changed := q.capsules[0]
		changed.Capsule[i] ^= 1
		if err := threshold.VerifyCapsule(changed); err == nil {
			t.Fatalf("byte %d changed: accepted", i)
		}
	}
}

// TestAReaderCannotShiftACapsule plays the reader who may open capsule A and wants B: it asks for U_B - U_A + rho·B, which
// once was a way to have another's secret answered under one's own request.
func TestAReaderCannotShiftACapsule(t *testing.T) {
	q := newQuestion(t, 3, 2, 2)
	a, b := decode(t, q.capsules[0].Capsule[:32]), decode(t, q.capsules[1].Capsule[:32])
	rho := group.Ristretto255.NewElement().MulGen(group.Ristretto255.RandomScalar(nil))
	shifted := group.Ristretto255.NewElement().Add(b, group.Ristretto255.NewElement().Neg(a))
	shifted.Add(shifted, rho)
	raw, err := shifted.MarshalBinaryCompress()
	if err != nil {
		t.Fatal(err)
	}
	for i := range q.capsules {
		forged := q.capsules[i]
		copy(forged.Capsule[:], raw)
		if _, err := q.shares[0].Open(rand.Reader, []threshold.Labelled{forged}, q.context); !errors.Is(err, threshold.ErrCapsule) {
			t.Errorf("with the proof of capsule %d: %v", i, err)
		}
	}
}

func TestABadAnswerIsAttributed(t *testing.T) {
	q := newQuestion(t, 5, 3, 3)
	other := newQuestion(t, 5, 3, 3)
	for name, tamper := range map[string]func(p *threshold.Partial){
		"an element":           func(p *threshold.Partial) { p.Elements[1] = q.set.Public },
		"two elements swapped": func(p *threshold.Partial) { p.Elements[0], p.Elements[1] = p.Elements[1], p.Elements[0] },
		"an element missing":   func(p *threshold.Partial) { p.Elements = p.Elements[:2] },
		"a bit of the proof":   func(p *threshold.Partial) { p.Proof[40] ^= 1 },
		"another's share":      func(p *threshold.Partial) { *p = q.open(t, 3); p.Index = 3 },
		"another key":          func(p *threshold.Partial) { p.Elements = other.open(t, 2).Elements },
		"the identity":         func(p *threshold.Partial) { p.Elements[0] = threshold.Element{} },
		"errors that cancel":   func(p *threshold.Partial) { cancel(t, p) },
	} {
		p := q.open(t, 2)
		p.Elements = slices.Clone(p.Elements)
		tamper(&p)
		_, err := q.set.VerifyOpening(p, q.capsules, q.context)
		var bad *threshold.ShareError
		if !errors.As(err, &bad) || bad.Index != 3 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := q.set.VerifyOpening(q.open(t, 2), q.capsules, []byte("request 2")); !errors.Is(err, threshold.ErrProof) {
		t.Errorf("an answer to another request: %v", err)
	}
	stranger := q.open(t, 2)
	stranger.Index = 6
	if _, err := q.set.VerifyOpening(stranger, q.capsules, q.context); !errors.Is(err, threshold.ErrKeySet) {
		t.Errorf("no trustee: %v", err)
	}
}

// cancel adds an error to one element and takes it from another: their sum, which equal weights would check, is unchanged.
func cancel(t testing.TB, p *threshold.Partial) {
	t.Helper()
	e := group.Ristretto255.Generator()
	for i, sign := range []bool{true, false} {
		x := decode(t, p.Elements[i][:])
		if sign {
			x.Add(x, e)
		} else {
			x.Add(x, group.Ristretto255.NewElement().Neg(e))
		}
		raw, err := x.MarshalBinaryCompress()
		if err != nil {
			t.Fatal(err)
		}
		p.Elements[i] = threshold.Element(raw)
	}
}

// TestAForgedProofIsRefused makes proofs backwards: whatever challenge and response are chosen, there are commitments that
// fit the equations. Only who recomputes the challenge from them notices.
func TestAForgedProofIsRefused(t *testing.T) {
	q := newQuestion(t, 3, 2, 1)
	for range 50 {
		p := q.open(t, 0)
		p.Elements[0] = q.set.Public
		for i := 0; i < threshold.ProofSize; i += 32 {
			raw, err := group.Ristretto255.RandomScalar(nil).MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			copy(p.Proof[i:], raw)
		}
		if _, err := q.set.VerifyOpening(p, q.capsules, q.context); !errors.Is(err, threshold.ErrProof) {
			t.Fatalf("forged: %v", err)
		}
	}
	p := q.open(t, 0)
	p.Proof = threshold.Proof{}
	if _, err := q.set.VerifyOpening(p, q.capsules, q.context); !errors.Is(err, threshold.ErrProof) {
		t.Errorf("zeros: %v", err)
	}
}

func TestAnswersOfTwoSharingsDoNotCombine(t *testing.T) {
	q := newQuestion(t, 3, 2, 1)
	secret := threshold.Scalar{7}
	q.set, q.shares = thresholdtest.Deal(t, secret, 3, 2)
	l, _ := encapsulate(t, q.set.Public, "label")
	q.capsules = []threshold.Labelled{l}
	fresh := q
	fresh.set, fresh.shares = thresholdtest.Deal(t, secret, 3, 2)
	mixed := []*threshold.Verified{q.verify(t, q.open(t, 0)), fresh.verify(t, fresh.open(t, 1))}
	if _, err := q.set.Combine(mixed); !errors.Is(err, threshold.ErrTooFew) {
		t.Errorf("before and after a resharing: %v", err)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	q := newQuestion(t, 1, 1, 1)
	many := make([]threshold.Labelled, threshold.MaxCapsules+1)
	for _, capsules := range [][]threshold.Labelled{nil, many} {
		if _, err := q.shares[0].Open(rand.Reader, capsules, nil); !errors.Is(err, threshold.ErrBatch) {
			t.Errorf("%d capsules: %v", len(capsules), err)
		}
		if _, err := q.set.VerifyOpening(threshold.Partial{Index: 1}, capsules, nil); !errors.Is(err, threshold.ErrBatch) {
			t.Errorf("%d capsules verified: %v", len(capsules), err)
		}
	}
	if _, err := q.shares[0].Evaluate(rand.Reader, make([]threshold.Element, threshold.MaxElements+1), nil); !errors.Is(err, threshold.ErrBatch) {
		t.Errorf("evaluations: %v", err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	share, err := threshold.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, share); !bytes.Contains([]byte(text), []byte("[redacted]")) {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func decode(t testing.TB, raw []byte) group.Element {
	t.Helper()
	e := group.Ristretto255.NewElement()
	if err := e.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	return e
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
