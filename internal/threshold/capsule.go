package threshold

import (
	"fmt"
	"io"

	"github.com/cloudflare/circl/group"
)

const (
	// CapsuleSize is that of a capsule: U, W and a proof.
	CapsuleSize = 2*Size + ProofSize
	// MaxLabel bounds a label, in bytes.
	MaxLabel = 1024
)

// Capsule is U || W || proof, where U = u·B and W = u·H(label): who verifies the proof knows that its maker knew u and
// meant the label. Changing anything in it, or reading it under another label, makes the proof fail.
type Capsule [CapsuleSize]byte

// Labelled is a capsule with the text that says what it may be opened for.
type Labelled struct {
	Label   string
	Capsule Capsule
}

// Encapsulate makes a fresh secret that only t of the trustees with the public key can open again, and only for the label.
func Encapsulate(rand io.Reader, public Element, label string) (Capsule, [Size]byte, error) {
	x, err := public.decode()
	if err != nil {
		return Capsule{}, [Size]byte{}, fmt.Errorf("threshold: public key: %w", err)
	}
	if len(label) > MaxLabel {
		return Capsule{}, [Size]byte{}, fmt.Errorf("%w: a label of %d bytes, at most %d", ErrCapsule, len(label), MaxLabel)
	}
	u, err := random(rand, "capsule", []byte(label))
	if err != nil {
		return Capsule{}, [Size]byte{}, err
	}
	anchor := hashLabel(label)
	s := capsuleStatement(label, anchor, mulBase(u), mul(anchor, u))
	proof, err := s.prove(rand, u)
	if err != nil {
		return Capsule{}, [Size]byte{}, err
	}
	bigU, bigW := encode(s.public), encode(s.answers[0])
	var c Capsule
	copy(c[:Size], bigU[:])
	copy(c[Size:], bigW[:])
	copy(c[2*Size:], proof[:])
	return c, encode(mul(x, u)), nil
}

// VerifyCapsule checks that the capsule was made for the label. The error wraps ErrCapsule or ErrEncoding.
func VerifyCapsule(l Labelled) error {
	_, err := l.open()
	return err
}

// open verifies the capsule and returns its U.
func (l Labelled) open() (group.Element, error) {
	if len(l.Label) > MaxLabel {
		return nil, fmt.Errorf("%w: a label of %d bytes, at most %d", ErrCapsule, len(l.Label), MaxLabel)
	}
	u, err := Element(l.Capsule[:Size]).decode()
	if err != nil {
		return nil, err
	}
	w, err := Element(l.Capsule[Size : 2*Size]).decode()
	if err != nil {
		return nil, err
	}
	if err := capsuleStatement(l.Label, hashLabel(l.Label), u, w).verify(Proof(l.Capsule[2*Size:])); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCapsule, err)
	}
	return u, nil
}

// hashLabel is a second base whose logarithm nobody knows.
func hashLabel(label string) group.Element {
	return group.Ristretto255.HashToElement([]byte(label), []byte(domain+"label"))
}

func capsuleStatement(label string, anchor, u, w group.Element) *statement {
	return newStatement("capsule", []byte(label), u, []group.Element{anchor}, []group.Element{w})
}
