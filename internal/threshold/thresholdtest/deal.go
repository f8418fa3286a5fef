// Package thresholdtest shares keys for tests by a dealer who knows them. In production nobody does: package internal/dkg.
package thresholdtest

import (
	"testing"

	"github.com/cloudflare/circl/group"

	"github.com/pcc-platform/pcc/internal/threshold"
)

// Deal shares a secret, at random when it is zero, among trustees 1 to n, of whom t are needed.
func Deal(t testing.TB, secret threshold.Scalar, n, needed int) (threshold.KeySet, []threshold.Share) {
	t.Helper()
	polynomial := make([]group.Scalar, needed)
	for i := range polynomial {
		polynomial[i] = group.Ristretto255.RandomNonZeroScalar(nil)
	}
	if secret != (threshold.Scalar{}) {
		if err := polynomial[0].UnmarshalBinary(secret[:]); err != nil {
			t.Fatal(err)
		}
	}
	set := threshold.KeySet{Threshold: needed, Public: element(t, polynomial[0])}
	var shares []threshold.Share
	for index := 1; index <= n; index++ {
		value := group.Ristretto255.NewScalar()
		for i := needed - 1; i >= 0; i-- {
			value.Mul(value, group.Ristretto255.NewScalar().SetUint64(uint64(index)))
			value.Add(value, polynomial[i])
		}
		share := threshold.Share{Index: index, Secret: threshold.Scalar(marshal(t, value))}
		set.Verification = append(set.Verification, threshold.VerificationKey{Index: index, Key: element(t, value)})
		shares = append(shares, share)
	}
	return set, shares
}

func element(t testing.TB, k group.Scalar) threshold.Element {
	t.Helper()
	return threshold.Element(marshal(t, group.Ristretto255.NewElement().MulGen(k)))
}

func marshal(t testing.TB, v interface{ MarshalBinary() ([]byte, error) }) []byte {
	t.Helper()
	raw, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
