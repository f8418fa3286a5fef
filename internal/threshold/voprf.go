package threshold

import (
	"crypto"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/zk/dleq"
)

// What follows is of RFC 9497, suite ristretto255-SHA512 in verifiable mode: the part of the client, and proofs of single
// evaluations, which every implementation of the RFC makes and verifies. For one element they are as sound as ours; for batches
// they are not, see statement.fold.

const (
	voprfContext = "OPRFV1-\x01-ristretto255-SHA512"
	// OutputSize is that of an output of the VOPRF, in bytes.
	OutputSize = 64
)

// Blind hides an input from who evaluates it. The scalar undoes it, and is for who may know the input.
func Blind(rand io.Reader, input []byte) (Scalar, Element, error) {
	k, err := random(rand, "blind", input)
	if err != nil {
		return Scalar{}, Element{}, err
	}
	blind := encodeScalar(k)
	blinded, err := BlindBy(blind, input)
	return blind, blinded, err
}

// BlindBy is Blind with a scalar that is there. The error wraps ErrEncoding.
func BlindBy(blind Scalar, input []byte) (Element, error) {
	k, err := blind.decode()
	if err != nil {
		return Element{}, err
	}
	point := group.Ristretto255.HashToElement(input, []byte("HashToGroup-"+voprfContext))
	if point.IsIdentity() {
		return Element{}, fmt.Errorf("%w: the input is that of the identity", ErrEncoding)
	}
	return encode(mul(point, k)), nil
}

// Finalize takes the blind off an evaluated element and returns the output. The error wraps ErrEncoding.
func Finalize(input []byte, blind Scalar, evaluated Element) ([OutputSize]byte, error) {
	k, err := blind.decode()
	if err != nil {
		return [OutputSize]byte{}, err
	}
	e, err := evaluated.decode()
	if err != nil {
		return [OutputSize]byte{}, err
	}
	unblinded := encode(mul(e, group.Ristretto255.NewScalar().Inv(k)))
	raw := binary.BigEndian.AppendUint16(nil, uint16(len(input)))
	raw = append(raw, input...)
	raw = binary.BigEndian.AppendUint16(raw, Size)
	raw = append(raw, unblinded[:]...)
	return sha512.Sum512(append(raw, "Finalize"...)), nil
}

// Shown is one trustee's evaluation of one element with the proof of RFC 9497, which can be shown to others.
type Shown struct {
	VerificationKey
	Evaluation Element
	Proof      Proof
}

// Show evaluates one element for a Shown. The error wraps ErrEncoding.
func (s Share) Show(rand io.Reader, blinded Element) (Shown, error) {
	x, err := s.Secret.decode()
	if err != nil {
		return Shown{}, err
	}
	asked, err := blinded.decode()
	if err != nil {
		return Shown{}, err
	}
	public, evaluated := mulBase(x), mul(asked, x)
	e := encode(evaluated)
	k, err := random(rand, "nonce", s.Secret[:], blinded[:], e[:])
	if err != nil {
		return Shown{}, err
	}
	p, err := dleq.Prover{Params: rfc9497()}.ProveBatchWithRandomnessRFC9497(x, public, []group.Element{asked}, []group.Element{evaluated}, k)
	if err != nil {
		return Shown{}, fmt.Errorf("threshold: prove: %w", err)
	}
	raw, err := p.MarshalBinary()
	if err != nil {
		return Shown{}, fmt.Errorf("threshold: prove: %w", err)
	}
	return Shown{VerificationKey{s.Index, encode(public)}, e, Proof(raw)}, nil
}

// Verify checks that the element was evaluated with the secret of the verification key. The error is a *ShareError.
func (s Shown) Verify(blinded Element) error {
	if err := s.verify(blinded); err != nil {
		return &ShareError{Index: s.Index, Err: err}
	}
	return nil
}

func (s Shown) verify(blinded Element) error {
	elements, err := decodeAll([]Element{blinded, s.Key, s.Evaluation})
	if err != nil {
		return err
	}
	var p dleq.Proof
	if err := p.UnmarshalBinary(group.Ristretto255, s.Proof[:]); err != nil {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if !(dleq.Verifier{Params: rfc9497()}).VerifyBatchRFC9497(elements[1], elements[:1], elements[2:], &p) {
		return ErrProof
	}
	return nil
}

// CombineShown returns the evaluation of one element under a public key that trustees share, of whom these are as many as it
// takes, neither more nor fewer: their verification keys interpolate to it. Indices ascend. The error wraps ErrKeySet, or is a
// *ShareError.
func CombineShown(public Element, blinded Element, all []Shown) (Element, error) {
	set := KeySet{Threshold: len(all), Public: public}
	indices, evaluations := make([]int, len(all)), make([]group.Element, len(all))
	for i, s := range all {
		set.Verification = append(set.Verification, s.VerificationKey)
		if err := s.Verify(blinded); err != nil {
			return Element{}, err
		}
		indices[i] = s.Index
		var err error
		if evaluations[i], err = s.Evaluation.decode(); err != nil {
			return Element{}, err
		}
	}
	if err := set.Check(); err != nil {
		return Element{}, errors.Join(ErrKeySet, err)
	}
	return encode(interpolate(indices, evaluations, 0)), nil
}

func rfc9497() dleq.Params {
	return dleq.Params{G: group.Ristretto255, H: crypto.SHA512, DST: []byte(voprfContext)}
}
