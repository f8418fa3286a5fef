package threshold

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/cloudflare/circl/group"
)

const (
	// MaxTrustees bounds how many trustees share one key.
	MaxTrustees = 64
	// MaxIndex bounds their indices. An index that was one trustee's is not given to another, so there are more of them.
	MaxIndex = 1<<16 - 1
)

// Share is one trustee's part of a key: the value at Index, from 1, of a polynomial whose value at 0 is the key.
type Share struct {
	Index  int
	Secret Scalar
}

// VerificationKey is the public counterpart of a share: its secret times the base.
type VerificationKey struct {
	Index int
	Key   Element
}

// KeySet is what everybody knows of a key that trustees share.
type KeySet struct {
	// Number names the key, Epoch the sharing of it: a resharing keeps number and public key.
	Number, Epoch uint32
	// Threshold is how many trustees it takes.
	Threshold int
	// Public is the collective public key.
	Public Element
	// Verification has one key a trustee, ascending by index.
	Verification []VerificationKey
}

// GenerateKey makes a new key with one holder, as a share to start from.
func GenerateKey(rand io.Reader) (Share, error) {
	k, err := random(rand, "key")
	if err != nil {
		return Share{}, err
	}
	return Share{Index: 1, Secret: encodeScalar(k)}, nil
}

// Public returns the verification key of the share. The error wraps ErrEncoding.
func (s Share) Public() (VerificationKey, error) {
	x, err := s.Secret.decode()
	if err != nil {
		return VerificationKey{}, err
	}
	return VerificationKey{Index: s.Index, Key: encode(mulBase(x))}, nil
}

// Sole returns the key set of a key that has this one holder.
func (s Share) Sole() (KeySet, error) {
	v, err := s.Public()
	if err != nil {
		return KeySet{}, err
	}
	return KeySet{Threshold: 1, Public: v.Key, Verification: []VerificationKey{v}}, nil
}

// Check checks that every Threshold of the verification keys interpolate to the public key. The error wraps ErrKeySet or
// ErrEncoding.
func (k *KeySet) Check() error {
	n := len(k.Verification)
	if n > MaxTrustees || k.Threshold < 1 || k.Threshold > n {
		return fmt.Errorf("%w: %d of %d", ErrKeySet, k.Threshold, n)
	}
	public, err := k.Public.decode()
	if err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	indices, points := make([]int, n), make([]group.Element, n)
	for i, v := range k.Verification {
		if v.Index < 1 || v.Index > MaxIndex || (i > 0 && v.Index <= indices[i-1]) {
			return fmt.Errorf("%w: index %d at place %d", ErrKeySet, v.Index, i)
		}
		indices[i] = v.Index
		if points[i], err = v.Key.decode(); err != nil {
			return fmt.Errorf("verification key %d: %w", v.Index, err)
		}
	}
	// The first t keys fix the polynomial; the public key and all other keys must be on it.
	t := k.Threshold
	if !interpolate(indices[:t], points[:t], 0).IsEqual(public) {
		return fmt.Errorf("%w: the verification keys are not of this public key", ErrKeySet)
	}
	for i := t; i < n; i++ {
		if !interpolate(indices[:t], points[:t], indices[i]).IsEqual(points[i]) {
			return fmt.Errorf("%w: verification key %d is not of this sharing", ErrKeySet, indices[i])
		}
	}
	return nil
}

// Holds checks that a share is the one that the set has a verification key for. The error wraps ErrKeySet or ErrEncoding.
func (k *KeySet) Holds(s Share) error {
	want, err := k.key(s.Index)
	if err != nil {
		return err
	}
	got, err := s.Public()
	if err != nil {
		return err
	}
	if got.Key != want {
		return fmt.Errorf("%w: share %d is not of this sharing", ErrKeySet, s.Index)
	}
	return nil
}

func (k *KeySet) key(index int) (Element, error) {
	for _, v := range k.Verification {
		if v.Index == index {
			return v.Key, nil
		}
	}
	return Element{}, fmt.Errorf("%w: no trustee %d", ErrKeySet, index)
}

// digest tells key sets apart: answers under two sharings of one key do not combine.
func (k *KeySet) digest() [64]byte {
	var t transcript
	t.elements(k.Public)
	for _, v := range k.Verification {
		t.add(binary.BigEndian.AppendUint16(nil, uint16(v.Index)), v.Key[:])
	}
	return t.digest("key-set")
}

// interpolate returns the value at a place of the polynomial in the exponent that has the points at the indices.
func interpolate(indices []int, points []group.Element, at int) group.Element {
	sum := group.Ristretto255.Identity()
	for i, w := range lagrange(indices, at) {
		sum = add(sum, mul(points[i], w))
	}
	return sum
}

// lagrange returns the weights of the values at distinct indices in the value at a place.
func lagrange(indices []int, at int) []group.Scalar {
	out := make([]group.Scalar, len(indices))
	place := scalar(at)
	for i := range indices {
		above, below := scalar(1), scalar(1)
		for j := range indices {
			if j != i {
				above.Mul(above, group.Ristretto255.NewScalar().Sub(place, scalar(indices[j])))
				below.Mul(below, group.Ristretto255.NewScalar().Sub(scalar(indices[i]), scalar(indices[j])))
			}
		}
		out[i] = above.Mul(above, group.Ristretto255.NewScalar().Inv(below))
	}
	return out
}

func scalar(n int) group.Scalar { return group.Ristretto255.NewScalar().SetUint64(uint64(n)) }
