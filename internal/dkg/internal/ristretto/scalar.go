package ristretto

import (
	"crypto/cipher"
	"io"
	"math/big"
	"slices"

	"github.com/cloudflare/circl/group"
	"go.dedis.ch/kyber/v4"
	"go.dedis.ch/kyber/v4/compatible/compatiblemod"
)

// order is that of the group, 2^252 + 27742317777372353535851937790883648493.
const order = "7237005577332262213973186563042994240857116359379907606001950938285454250989"

// Scalar is an integer modulo the order of the group.
type Scalar struct{ k group.Scalar }

func newScalar() *Scalar { return &Scalar{group.Ristretto255.NewScalar()} }

func k(s kyber.Scalar) group.Scalar { return s.(*Scalar).k }

// Equal implements kyber.Scalar.
func (s *Scalar) Equal(o kyber.Scalar) bool { return s.k.IsEqual(k(o)) }

// Set implements kyber.Scalar.
func (s *Scalar) Set(o kyber.Scalar) kyber.Scalar { s.k.Set(k(o)); return s }

// Clone implements kyber.Scalar.
func (s *Scalar) Clone() kyber.Scalar { return &Scalar{s.k.Copy()} }

// SetInt64 implements kyber.Scalar.
func (s *Scalar) SetInt64(v int64) kyber.Scalar {
	if v < 0 {
		s.k.SetUint64(-uint64(v))
		s.k.Neg(s.k)
		return s
	}
	s.k.SetUint64(uint64(v))
	return s
}

// Zero implements kyber.Scalar.
func (s *Scalar) Zero() kyber.Scalar { return s.SetInt64(0) }

// One implements kyber.Scalar.
func (s *Scalar) One() kyber.Scalar { return s.SetInt64(1) }

// Add implements kyber.Scalar.
func (s *Scalar) Add(a, b kyber.Scalar) kyber.Scalar { s.k.Add(k(a), k(b)); return s }

// Sub implements kyber.Scalar.
func (s *Scalar) Sub(a, b kyber.Scalar) kyber.Scalar { s.k.Sub(k(a), k(b)); return s }

// Neg implements kyber.Scalar.
func (s *Scalar) Neg(a kyber.Scalar) kyber.Scalar { s.k.Neg(k(a)); return s }

// Mul implements kyber.Scalar.
func (s *Scalar) Mul(a, b kyber.Scalar) kyber.Scalar { s.k.Mul(k(a), k(b)); return s }

// Div implements kyber.Scalar.
func (s *Scalar) Div(a, b kyber.Scalar) kyber.Scalar {
	s.k.Mul(k(a), group.Ristretto255.NewScalar().Inv(k(b)))
	return s
}

// Inv implements kyber.Scalar.
func (s *Scalar) Inv(a kyber.Scalar) kyber.Scalar { s.k.Inv(k(a)); return s }

// Pick implements kyber.Scalar.
func (s *Scalar) Pick(stream cipher.Stream) kyber.Scalar {
	s.k = group.Ristretto255.HashToScalar(wide(stream), []byte("pcc-dkg/v1/scalar"))
	return s
}

// SetBytes implements kyber.Scalar: a little-endian integer, reduced. It is not constant in time and for public values only.
func (s *Scalar) SetBytes(raw []byte) kyber.Scalar {
	reversed := slices.Clone(raw)
	slices.Reverse(reversed)
	n := new(big.Int).SetBytes(reversed)
	s.k.SetBigInt(n.Mod(n, s.GroupOrder().ToBigInt()))
	return s
}

// ByteOrder implements kyber.Scalar.
func (s *Scalar) ByteOrder() kyber.ByteOrder { return kyber.LittleEndian }

// GroupOrder implements kyber.Scalar.
func (s *Scalar) GroupOrder() *compatiblemod.Mod {
	n, _ := new(big.Int).SetString(order, 10)
	return compatiblemod.FromBigInt(n)
}

// MarshalBinary implements kyber.Marshaling.
func (s *Scalar) MarshalBinary() ([]byte, error) { return s.k.MarshalBinary() }

// UnmarshalBinary implements kyber.Marshaling: 32 bytes, reduced.
func (s *Scalar) UnmarshalBinary(raw []byte) error {
	if s.k.UnmarshalBinary(raw) != nil {
		return errEncoding
	}
	return nil
}

// String implements kyber.Marshaling. Scalars are secrets.
func (s *Scalar) String() string { return "[redacted]" }

// MarshalSize implements kyber.Marshaling.
func (s *Scalar) MarshalSize() int { return size }

// MarshalTo implements kyber.Marshaling.
func (s *Scalar) MarshalTo(w io.Writer) (int, error) { return writeTo(w, s.MarshalBinary) }

// UnmarshalFrom implements kyber.Marshaling.
func (s *Scalar) UnmarshalFrom(r io.Reader) (int, error) { return readInto(r, s.UnmarshalBinary) }
