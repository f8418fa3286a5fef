// Package ristretto is ristretto255, as circl implements it, in the form that kyber's secret sharing takes. kyber brings
// edwards25519, whose points have small components and whose shares would not be those of package threshold.
//
// Encodings are the canonical ones; others are refused.
package ristretto

import (
	"crypto/cipher"
	"crypto/sha256"
	"errors"
	"hash"
	"io"

	"go.dedis.ch/kyber/v4"
	"go.dedis.ch/kyber/v4/util/random"
	"go.dedis.ch/kyber/v4/xof/blake2xb"
)

const size = 32

var errEncoding = errors.New("ristretto: not a canonical encoding")

// Suite is the group with the functions that kyber's packages ask of one.
type Suite struct{}

// String implements kyber.Group.
func (Suite) String() string { return "ristretto255" }

// ScalarLen implements kyber.Group.
func (Suite) ScalarLen() int { return size }

// PointLen implements kyber.Group.
func (Suite) PointLen() int { return size }

// Scalar implements kyber.Group: a new zero.
func (Suite) Scalar() kyber.Scalar { return newScalar() }

// Point implements kyber.Group: a new identity.
func (Suite) Point() kyber.Point { return newPoint() }

// Hash implements kyber.HashFactory.
func (Suite) Hash() hash.Hash { return sha256.New() }

// XOF implements kyber.XOFFactory.
func (Suite) XOF(seed []byte) kyber.XOF { return blake2xb.New(seed) }

// RandomStream implements kyber.Random by the system's randomness.
func (Suite) RandomStream() cipher.Stream { return random.New() }

// wide returns 64 bytes of a stream: enough that reducing them is uniform.
func wide(stream cipher.Stream) []byte {
	raw := make([]byte, 64)
	stream.XORKeyStream(raw, raw)
	return raw
}

func readInto(r io.Reader, unmarshal func([]byte) error) (int, error) {
	raw := make([]byte, size)
	n, err := io.ReadFull(r, raw)
	if err != nil {
		return n, err
	}
	return n, unmarshal(raw)
}

func writeTo(w io.Writer, marshal func() ([]byte, error)) (int, error) {
	raw, err := marshal()
	if err != nil {
		return 0, err
	}
	return w.Write(raw)
}
