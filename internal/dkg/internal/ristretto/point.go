package ristretto

import (
	"bytes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"io"

	"github.com/cloudflare/circl/group"
	"go.dedis.ch/kyber/v4"
)

// Point is an element of the group.
type Point struct{ p group.Element }

func newPoint() *Point { return &Point{group.Ristretto255.Identity()} }

func p(o kyber.Point) group.Element { return o.(*Point).p }

// Equal implements kyber.Point.
func (e *Point) Equal(o kyber.Point) bool { return e.p.IsEqual(p(o)) }

// Null implements kyber.Point.
func (e *Point) Null() kyber.Point { e.p = group.Ristretto255.Identity(); return e }

// Base implements kyber.Point.
func (e *Point) Base() kyber.Point { e.p = group.Ristretto255.Generator(); return e }

// Pick implements kyber.Point.
func (e *Point) Pick(stream cipher.Stream) kyber.Point {
	e.p = group.Ristretto255.HashToElement(wide(stream), []byte("pcc-dkg/v1/element"))
	return e
}

// Set implements kyber.Point.
func (e *Point) Set(o kyber.Point) kyber.Point { e.p.Set(p(o)); return e }

// Clone implements kyber.Point.
func (e *Point) Clone() kyber.Point { return &Point{e.p.Copy()} }

// EmbedLen implements kyber.Point: data cannot be embedded.
func (e *Point) EmbedLen() int { return 0 }

// Embed implements kyber.Point for no bytes of data: a random point.
func (e *Point) Embed(_ []byte, stream cipher.Stream) kyber.Point { return e.Pick(stream) }

// Data implements kyber.Point.
func (e *Point) Data() ([]byte, error) { return nil, errors.New("ristretto: points hold no data") }

// Add implements kyber.Point.
func (e *Point) Add(a, b kyber.Point) kyber.Point { e.p.Add(p(a), p(b)); return e }

// Sub implements kyber.Point.
func (e *Point) Sub(a, b kyber.Point) kyber.Point {
	e.p.Add(p(a), group.Ristretto255.NewElement().Neg(p(b)))
	return e
}

// Neg implements kyber.Point.
func (e *Point) Neg(a kyber.Point) kyber.Point { e.p.Neg(p(a)); return e }

// Mul implements kyber.Point: s times a, or times the base if a is nil.
func (e *Point) Mul(s kyber.Scalar, a kyber.Point) kyber.Point {
	if a == nil {
		e.p.MulGen(k(s))
		return e
	}
	e.p.Mul(p(a), k(s))
	return e
}

// MarshalBinary implements kyber.Marshaling.
func (e *Point) MarshalBinary() ([]byte, error) { return e.p.MarshalBinaryCompress() }

// UnmarshalBinary implements kyber.Marshaling. The identity is a point here: a sum may be it.
func (e *Point) UnmarshalBinary(raw []byte) error {
	if len(raw) != size || e.p.UnmarshalBinary(raw) != nil {
		return errEncoding
	}
	if again, err := e.MarshalBinary(); err != nil || !bytes.Equal(again, raw) {
		return errEncoding
	}
	return nil
}

// String implements kyber.Marshaling.
func (e *Point) String() string {
	raw, _ := e.MarshalBinary()
	return hex.EncodeToString(raw)
}

// MarshalSize implements kyber.Marshaling.
func (e *Point) MarshalSize() int { return size }

// MarshalTo implements kyber.Marshaling.
func (e *Point) MarshalTo(w io.Writer) (int, error) { return writeTo(w, e.MarshalBinary) }

// UnmarshalFrom implements kyber.Marshaling.
func (e *Point) UnmarshalFrom(r io.Reader) (int, error) { return readInto(r, e.UnmarshalBinary) }
