package opening_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/cloudflare/circl/group"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/threshold/thresholdtest"
)

const label = "pcc-capsule/v1\n00112233445566778899aabbccddeeff\nworkshop\ngarage\n1\n"

// council is n trustees of whom t are needed, with one capsule and a reader.
type council struct {
	question opening.Question
	secret   [threshold.Size]byte
	trustees []opening.Trustee
	shares   []threshold.Share
	signing  []ed25519.PrivateKey
}

func newCouncil(t testing.TB, n, needed int) *council {
	t.Helper()
	set, shares := thresholdtest.Deal(t, threshold.Scalar{}, n, needed)
	capsule, secret, err := threshold.Encapsulate(rand.Reader, set.Public, label)
	if err != nil {
		t.Fatal(err)
	}
	c := &council{secret: secret, shares: shares, question: opening.Question{
		Request: sha256.Sum256([]byte("request")), Key: newKey(t), Set: set,
		Capsules: []threshold.Labelled{{Label: label, Capsule: capsule}},
	}}
	for i := range shares {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c.trustees = append(c.trustees, opening.Trustee{ID: fmt.Sprintf("trustee-%d", i+1), Index: i + 1, Key: access.Ed25519Key(public)})
		c.signing = append(c.signing, private)
	}
	return c
}

func newKey(t testing.TB) readerkey.Private {
	t.Helper()
	key, err := readerkey.Generate(readerkey.X25519)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// make is the honest answer of a trustee to a request, for a reader.
func (c *council) make(t opening.Trustee, request model.Hash, reader readerkey.Private) (opening.Answer, error) {
	public, err := readerkey.ParsePublic(readerkey.X25519, reader.Public())
	if err != nil {
		return opening.Answer{}, err
	}
	return opening.Make(c.shares[t.Index-1], c.question.Capsules, request, t.ID, public, c.signing[t.Index-1])
}

func (c *council) honest(_ context.Context, t opening.Trustee) (opening.Answer, error) {
	return c.make(t, c.question.Request, c.question.Key)
}

func TestAnyThresholdOpensAndOneLessDoesNot(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		needed := rapid.IntRange(1, 4).Draw(rt, "needed")
		n := needed + rapid.IntRange(0, 2).Draw(rt, "spare")
		away := rapid.IntRange(0, n).Draw(rt, "away")
		c := newCouncil(t, n, needed)
		secrets, faults, err := c.question.Gather(t.Context(), c.trustees, func(ctx context.Context, trustee opening.Trustee) (opening.Answer, error) {
			if trustee.Index <= away {
				return opening.Answer{}, errors.New("away")
			}
			return c.honest(ctx, trustee)
		})
		if n-away >= needed {
			if err != nil || secrets[0] != threshold.Element(c.secret) {
				rt.Fatalf("opened %x, %v", secrets, err)
			}
		} else if !errors.Is(err, opening.ErrTooFewAnswers) || len(secrets) > 0 {
			rt.Fatalf("too few opened %x, %v", secrets, err)
		}
		for _, f := range faults {
			if f.Signed() {
				rt.Fatalf("who was away is taken for a liar: %+v", f)
			}
		}
	})
}

// TestAFalseAnswerIsAttributed: the reader opens without the liar, and can name it.
func TestAFalseAnswerIsAttributed(t *testing.T) {
	c := newCouncil(t, 4, 3)
	stranger := newKey(t)
	for name, lie := range map[string]func(opening.Trustee) (opening.Answer, error){
		"another share": func(liar opening.Trustee) (opening.Answer, error) {
			c.shares[liar.Index-1], c.shares[1] = c.shares[1], c.shares[liar.Index-1]
			defer func() { c.shares[liar.Index-1], c.shares[1] = c.shares[1], c.shares[liar.Index-1] }()
			return c.make(liar, c.question.Request, c.question.Key)
		},
		"the answer to another request": func(liar opening.Trustee) (opening.Answer, error) {
			return c.make(liar, sha256.Sum256([]byte("another")), c.question.Key)
		},
		"sealed to another reader": func(liar opening.Trustee) (opening.Answer, error) {
			return c.make(liar, c.question.Request, stranger)
		},
		"signed by another": func(liar opening.Trustee) (opening.Answer, error) {
			a, err := c.make(liar, c.question.Request, c.question.Key)
			a.Signature = ed25519.Sign(c.signing[1], a.Sealed) // by another, of another text
			return a, err
		},
		"nothing": func(opening.Trustee) (opening.Answer, error) { return opening.Answer{}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := lie(c.trustees[0])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.question.Verify(c.trustees[0], answer); !(opening.Fault{Err: err}).Signed() {
				t.Errorf("verified: %v", err)
			}
		})
	}
	secrets, faults, err := c.question.Gather(t.Context(), c.trustees, func(ctx context.Context, trustee opening.Trustee) (opening.Answer, error) {
		if trustee.Index == 1 {
			return opening.Answer{Sealed: []byte("x")}, nil
		}
		return c.honest(ctx, trustee)
	})
	if err != nil || secrets[0] != threshold.Element(c.secret) {
		t.Errorf("opened %x, %v", secrets, err)
	}
	if len(faults) > 1 || len(faults) == 1 && (faults[0].Trustee != "trustee-1" || !faults[0].Signed()) {
		t.Errorf("faults %+v", faults)
	}
}

// TestAShiftedCapsuleGetsNoAnswer is the attack with a reader's key that is computed of another's: asking with
// U' = U_B - U_A + rho G, or with U' = U + rho G, needs a capsule whose proof nobody can make.
func TestAShiftedCapsuleGetsNoAnswer(t *testing.T) {
	c := newCouncil(t, 3, 2)
	victim := c.question.Capsules[0]
	other, _, err := threshold.Encapsulate(rand.Reader, c.question.Set.Public, label)
	if err != nil {
		t.Fatal(err)
	}
	u, v := element(t, victim.Capsule[:threshold.Size]), element(t, other[:threshold.Size])
	rho := group.Ristretto255.RandomNonZeroScalar(rand.Reader)
	shift := group.Ristretto255.NewElement().MulGen(rho)
	for name, point := range map[string]group.Element{
		"by a known amount":      group.Ristretto255.NewElement().Add(u, shift),
		"from another's":         group.Ristretto255.NewElement().Add(group.Ristretto255.NewElement().Add(u, group.Ristretto255.NewElement().Neg(v)), shift),
		"to the victim's itself": u,
	} {
		shifted := threshold.Labelled{Label: label, Capsule: other} // with a proof that holds for what it was made for
		raw, err := point.MarshalBinaryCompress()
		if err != nil {
			t.Fatal(err)
		}
		copy(shifted.Capsule[:], raw)
		public, err := readerkey.ParsePublic(readerkey.X25519, c.question.Key.Public())
		if err != nil {
			t.Fatal(err)
		}
		_, err = opening.Make(c.shares[0], []threshold.Labelled{shifted}, c.question.Request, "trustee-1", public, c.signing[0])
		if !errors.Is(err, threshold.ErrCapsule) {
			t.Errorf("shifted %s: %v", name, err)
		}
	}
}

func element(t *testing.T, raw []byte) group.Element {
	t.Helper()
	e := group.Ristretto255.NewElement()
	if err := e.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestACapsuleUnderAnotherLabelGetsNoAnswer(t *testing.T) {
	c := newCouncil(t, 3, 2)
	moved := c.question.Capsules[0]
	moved.Label = "pcc-capsule/v1\nffeeddccbbaa99887766554433221100\nworkshop\ngarage\n1\n"
	public, err := readerkey.ParsePublic(readerkey.X25519, c.question.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	_, err = opening.Make(c.shares[0], []threshold.Labelled{moved}, c.question.Request, "trustee-1", public, c.signing[0])
	if !errors.Is(err, threshold.ErrCapsule) {
		t.Errorf("under another policy: %v", err)
	}
}

func TestGatherEndsWithItsContext(t *testing.T) {
	c := newCouncil(t, 3, 2)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := c.question.Gather(ctx, c.trustees, func(ctx context.Context, _ opening.Trustee) (opening.Answer, error) {
		cancel()
		<-ctx.Done()
		return opening.Answer{}, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
