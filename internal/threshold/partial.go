package threshold

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/cloudflare/circl/group"
)

const (
	// MaxCapsules bounds a batch of openings.
	MaxCapsules = 256
	// MaxElements bounds a batch of evaluations.
	MaxElements = 1000

	opening, evaluation = "opening", "evaluation"
)

// Partial is one trustee's answer to a batch: its share times each element asked, and a proof of that for the whole batch.
type Partial struct {
	Index    int
	Elements []Element
	Proof    Proof
}

// Open answers capsules, each of which it verifies under its label first. The context is what the proof is bound to. The
// error wraps ErrBatch, ErrCapsule or ErrEncoding.
func (s Share) Open(rand io.Reader, capsules []Labelled, context []byte) (Partial, error) {
	bases, err := openAll(capsules)
	if err != nil {
		return Partial{}, err
	}
	return s.answer(rand, opening, bases, context)
}

// Evaluate answers blinded elements of RFC 9497. The error wraps ErrBatch or ErrEncoding.
func (s Share) Evaluate(rand io.Reader, blinded []Element, context []byte) (Partial, error) {
	bases, err := decodeBlinded(blinded)
	if err != nil {
		return Partial{}, err
	}
	return s.answer(rand, evaluation, bases, context)
}

func (s Share) answer(rand io.Reader, what string, bases []group.Element, context []byte) (Partial, error) {
	x, err := s.Secret.decode()
	if err != nil {
		return Partial{}, err
	}
	answers := make([]group.Element, len(bases))
	for j, b := range bases {
		answers[j] = mul(b, x)
	}
	proof, err := newStatement(what, context, mulBase(x), bases, answers).prove(rand, x)
	if err != nil {
		return Partial{}, err
	}
	return Partial{Index: s.Index, Elements: encodeAll(answers), Proof: proof}, nil
}

// Verified is an answer whose proof held. Only the Verify functions make one.
type Verified struct {
	index   int
	answers []group.Element
	// question is the hash of key set, elements asked and context: answers to two questions do not combine.
	question [64]byte
}

// Index is that of the trustee that answered.
func (v *Verified) Index() int { return v.index }

// VerifyOpening checks a trustee's answer to capsules. The capsules' own proofs are not asked for again: who has them opened
// knows them or does not care. The error is a *ShareError.
func (k *KeySet) VerifyOpening(p Partial, capsules []Labelled, context []byte) (*Verified, error) {
	if len(capsules) == 0 || len(capsules) > MaxCapsules {
		return nil, &ShareError{Index: p.Index, Err: fmt.Errorf("%w: %d capsules, 1 to %d", ErrBatch, len(capsules), MaxCapsules)}
	}
	asked := make([]Element, len(capsules))
	for j, l := range capsules {
		asked[j] = Element(l.Capsule[:Size])
	}
	return k.verify(opening, p, asked, context)
}

// VerifyEvaluation checks a trustee's answer to blinded elements. The error is a *ShareError.
func (k *KeySet) VerifyEvaluation(p Partial, blinded []Element, context []byte) (*Verified, error) {
	return k.verify(evaluation, p, blinded, context)
}

func (k *KeySet) verify(what string, p Partial, asked []Element, context []byte) (*Verified, error) {
	v, err := k.verified(what, p, asked, context)
	if err != nil {
		return nil, &ShareError{Index: p.Index, Err: err}
	}
	return v, nil
}

func (k *KeySet) verified(what string, p Partial, asked []Element, context []byte) (*Verified, error) {
	if len(asked) == 0 || len(asked) > MaxElements || len(p.Elements) != len(asked) {
		return nil, fmt.Errorf("%w: %d answers to %d", ErrBatch, len(p.Elements), len(asked))
	}
	key, err := k.key(p.Index)
	if err != nil {
		return nil, err
	}
	public, err := key.decode()
	if err != nil {
		return nil, err
	}
	bases, err := decodeAll(asked)
	if err != nil {
		return nil, fmt.Errorf("asked %w", err)
	}
	answers, err := decodeAll(p.Elements)
	if err != nil {
		return nil, fmt.Errorf("answered %w", err)
	}
	if err := newStatement(what, context, public, bases, answers).verify(p.Proof); err != nil {
		return nil, err
	}
	return &Verified{index: p.Index, answers: answers, question: k.question(what, asked, context)}, nil
}

func (k *KeySet) question(what string, asked []Element, context []byte) [64]byte {
	set := k.digest()
	var t transcript
	t.add([]byte(what), set[:], context)
	t.elements(asked...)
	return t.digest("question")
}

// Combine returns, for each element asked, what the whole key makes of it: the secret of a capsule, or the evaluation of a
// blinded element. It takes the first Threshold answers of distinct trustees to one question; the error wraps ErrTooFew when
// there are fewer.
func (k *KeySet) Combine(verified []*Verified) ([]Element, error) {
	var indices []int
	var chosen []*Verified
	seen := map[int]bool{}
	for _, v := range verified {
		if seen[v.index] || v.question != verified[0].question || len(chosen) == k.Threshold {
			continue
		}
		seen[v.index] = true
		indices, chosen = append(indices, v.index), append(chosen, v)
	}
	if len(chosen) < k.Threshold || len(chosen) == 0 {
		return nil, fmt.Errorf("%w: %d of %d", ErrTooFew, len(chosen), k.Threshold)
	}
	if k.Threshold == 1 {
		return encodeAll(chosen[0].answers), nil // of one holder, whose weight is one
	}
	weights := lagrange(indices, 0)
	out := make([]Element, len(chosen[0].answers))
	for j := range out {
		sum := group.Ristretto255.Identity()
		for i, v := range chosen {
			sum = add(sum, mul(v.answers[j], weights[i]))
		}
		out[j] = encode(sum)
	}
	return out, nil
}

func openAll(capsules []Labelled) ([]group.Element, error) {
	if len(capsules) == 0 || len(capsules) > MaxCapsules {
		return nil, fmt.Errorf("%w: %d capsules, 1 to %d", ErrBatch, len(capsules), MaxCapsules)
	}
	bases := make([]group.Element, len(capsules))
	for j, l := range capsules {
		var err error
		if bases[j], err = l.open(); err != nil {
			return nil, fmt.Errorf("capsule %d: %w", j, err)
		}
	}
	return bases, nil
}

func decodeBlinded(blinded []Element) ([]group.Element, error) {
	if len(blinded) == 0 || len(blinded) > MaxElements {
		return nil, fmt.Errorf("%w: %d elements, 1 to %d", ErrBatch, len(blinded), MaxElements)
	}
	return decodeAll(blinded)
}

// MarshalBinary returns index and number of elements, two bytes each, the elements and the proof.
func (p Partial) MarshalBinary() ([]byte, error) {
	if p.Index < 1 || p.Index > MaxIndex || len(p.Elements) > MaxElements {
		return nil, fmt.Errorf("%w: %d elements of trustee %d", ErrBatch, len(p.Elements), p.Index)
	}
	raw := binary.BigEndian.AppendUint16(nil, uint16(p.Index))
	raw = binary.BigEndian.AppendUint16(raw, uint16(len(p.Elements)))
	for _, e := range p.Elements {
		raw = append(raw, e[:]...)
	}
	return append(raw, p.Proof[:]...), nil
}

// UnmarshalBinary reads what MarshalBinary wrote and nothing else. Elements are checked where they are used. The error wraps
// ErrEncoding.
func (p *Partial) UnmarshalBinary(raw []byte) error {
	if len(raw) < 4+ProofSize {
		return fmt.Errorf("%w: an answer of %d bytes", ErrEncoding, len(raw))
	}
	index, n := int(binary.BigEndian.Uint16(raw)), int(binary.BigEndian.Uint16(raw[2:]))
	if index < 1 || n < 1 || n > MaxElements || len(raw) != 4+n*Size+ProofSize {
		return fmt.Errorf("%w: an answer of %d bytes with %d elements of trustee %d", ErrEncoding, len(raw), n, index)
	}
	*p = Partial{Index: index, Elements: make([]Element, n), Proof: Proof(raw[4+n*Size:])}
	for j := range p.Elements {
		p.Elements[j] = Element(raw[4+j*Size:])
	}
	return nil
}
