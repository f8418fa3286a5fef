package threshold

import (
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/cloudflare/circl/group"
)

// Size is that of an encoded element or scalar, in bytes.
const Size = 32

// domain begins the name of every hash of this package.
const domain = "pcc-threshold/v1/"

// Element is an encoded element of ristretto255.
type Element [Size]byte

// Scalar is an encoded secret scalar, little endian. It prints as [redacted].
type Scalar [Size]byte

// String implements fmt.Stringer.
func (Scalar) String() string { return "[redacted]" }

// GoString implements fmt.GoStringer.
func (Scalar) GoString() string { return "[redacted]" }

// Check refuses what is no canonical encoding of an element other than the identity. The error wraps ErrEncoding.
func (e Element) Check() error {
	_, err := e.decode()
	return err
}

// decode returns the element. Its encoding is compared because the library takes several encodings for some elements.
func (e Element) decode() (group.Element, error) {
	p := group.Ristretto255.NewElement()
	if err := p.UnmarshalBinary(e[:]); err != nil {
		return nil, fmt.Errorf("%w: element: %w", ErrEncoding, err)
	}
	if encode(p) != e {
		return nil, fmt.Errorf("%w: element", ErrEncoding)
	}
	if p.IsIdentity() {
		return nil, fmt.Errorf("%w: the identity", ErrEncoding)
	}
	return p, nil
}

func decodeAll(elements []Element) ([]group.Element, error) {
	out := make([]group.Element, len(elements))
	for i, e := range elements {
		var err error
		if out[i], err = e.decode(); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return out, nil
}

// encode returns the canonical encoding. Elements of this group always have one.
func encode(p group.Element) (e Element) {
	raw, _ := p.MarshalBinaryCompress()
	copy(e[:], raw)
	return e
}

func encodeAll(ps []group.Element) []Element {
	out := make([]Element, len(ps))
	for i, p := range ps {
		out[i] = encode(p)
	}
	return out
}

func (s Scalar) decode() (group.Scalar, error) {
	k, err := decodeScalar(s[:])
	if err != nil {
		return nil, err
	}
	if k.IsZero() {
		return nil, fmt.Errorf("%w: the scalar zero", ErrEncoding)
	}
	return k, nil
}

// decodeScalar takes reduced scalars only, zero among them: a proof's scalars may be any.
func decodeScalar(raw []byte) (group.Scalar, error) {
	k := group.Ristretto255.NewScalar()
	if err := k.UnmarshalBinary(raw); err != nil {
		return nil, fmt.Errorf("%w: scalar: %w", ErrEncoding, err)
	}
	return k, nil
}

func encodeScalar(k group.Scalar) (s Scalar) {
	raw, _ := k.MarshalBinary()
	copy(s[:], raw)
	return s
}

func add(a, b group.Element) group.Element { return group.Ristretto255.NewElement().Add(a, b) }

func mul(p group.Element, k group.Scalar) group.Element {
	return group.Ristretto255.NewElement().Mul(p, k)
}

func mulBase(k group.Scalar) group.Element { return group.Ristretto255.NewElement().MulGen(k) }

// transcript collects the parts of a hash, each after its length, so that no two lists of parts are one text.
type transcript []byte

func (t *transcript) add(parts ...[]byte) {
	for _, p := range parts {
		*t = binary.BigEndian.AppendUint32(*t, uint32(len(p)))
		*t = append(*t, p...)
	}
}

func (t *transcript) elements(elements ...Element) {
	for _, e := range elements {
		t.add(e[:])
	}
}

func (t transcript) scalar(what string) group.Scalar {
	return group.Ristretto255.HashToScalar(t, []byte(domain+what))
}

func (t transcript) digest(what string) [sha512.Size]byte {
	var whole transcript
	whole.add([]byte(domain + what))
	return sha512.Sum512(append(whole, t...))
}

// random is a secret scalar: fresh because of rand and, even if rand fails, another for each secret and statement mixed in.
func random(rand io.Reader, what string, mixed ...[]byte) (group.Scalar, error) {
	var fresh [64]byte
	if _, err := io.ReadFull(rand, fresh[:]); err != nil {
		return nil, fmt.Errorf("threshold: no randomness: %w", err)
	}
	var t transcript
	t.add(fresh[:])
	t.add(mixed...)
	return t.scalar(what), nil
}
