package ristretto

import (
	"testing"

	"go.dedis.ch/kyber/v4"
	"go.dedis.ch/kyber/v4/share"
	"go.dedis.ch/kyber/v4/util/random"
	"pgregory.net/rapid"
)

// TestItIsAGroup checks the laws that secret sharing rests on.
func TestItIsAGroup(t *testing.T) {
	rapid.Check(t, func(*rapid.T) {
		stream := random.New()
		a, b := Suite{}.Scalar().Pick(stream), Suite{}.Scalar().Pick(stream)
		p := Suite{}.Point().Pick(stream)
		equal := func(what string, x, y kyber.Point) {
			if !x.Equal(y) {
				t.Fatalf("%s: %v and %v", what, x, y)
			}
		}
		mul := func(s kyber.Scalar, p kyber.Point) kyber.Point { return Suite{}.Point().Mul(s, p) }
		sum := Suite{}.Scalar().Add(a, b)
		equal("(a+b)P = aP+bP", mul(sum, p), Suite{}.Point().Add(mul(a, p), mul(b, p)))
		equal("(ab)P = a(bP)", mul(Suite{}.Scalar().Mul(a, b), p), mul(a, mul(b, p)))
		equal("(a/b)bP = aP", mul(Suite{}.Scalar().Div(a, b), mul(b, p)), mul(a, p))
		equal("(a-b)P = aP-bP", mul(Suite{}.Scalar().Sub(a, b), p), Suite{}.Point().Sub(mul(a, p), mul(b, p)))
		equal("-P+P = 0", Suite{}.Point().Add(Suite{}.Point().Neg(p), p), Suite{}.Point().Null())
		equal("1B = B", mul(Suite{}.Scalar().One(), nil), Suite{}.Point().Base())
		alias := p.Clone()
		equal("P := aP", alias.Mul(a, alias), mul(a, p))
		if s := (Suite{}.Scalar().SetInt64(-3)); !s.Add(s, Suite{}.Scalar().SetInt64(3)).Equal(Suite{}.Scalar().Zero()) {
			t.Fatal("-3 + 3 is not 0")
		}
		raw, _ := a.MarshalBinary()
		if !(Suite{}.Scalar().SetBytes(raw).Equal(a)) {
			t.Fatal("SetBytes of an encoding is another scalar")
		}
		private := share.NewPriPoly(Suite{}, 3, a, stream)
		if s, err := share.RecoverSecret(Suite{}, private.Shares(5)[1:4], 3, 5); err != nil || !s.Equal(a) {
			t.Fatalf("three shares do not recover the secret: %v", err)
		}
	})
}

func TestOtherEncodingsAreRefused(t *testing.T) {
	bad := make([]byte, size)
	bad[0] = 1
	if Suite.Point(Suite{}).UnmarshalBinary(bad) == nil {
		t.Error("a negative element")
	}
	for i := range bad {
		bad[i] = 0xff
	}
	if Suite.Scalar(Suite{}).UnmarshalBinary(bad) == nil || Suite.Point(Suite{}).UnmarshalBinary(bad[:31]) == nil {
		t.Error("a scalar that is not reduced, or a short element")
	}
}
