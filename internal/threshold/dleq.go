package threshold

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/cloudflare/circl/group"
)

// ProofSize is that of a proof: the challenge and the response, 32 bytes each.
const ProofSize = 2 * Size

// Proof is the challenge c and the response s of a proof that logarithms are equal.
type Proof [ProofSize]byte

// statement claims that public = x·B for the group's base B, and answers[j] = x·bases[j] for every j, for one x.
type statement struct {
	public         group.Element
	bases, answers []group.Element
	// seed is the hash of the whole claim and its context.
	seed []byte
}

// newStatement hashes the claim. The domain keeps openings, evaluations and capsules apart.
func newStatement(what string, context []byte, public group.Element, bases, answers []group.Element) *statement {
	var t transcript
	t.add(context)
	t.elements(encode(group.Ristretto255.Generator()), encode(public))
	for j := range bases {
		t.elements(encode(bases[j]), encode(answers[j]))
	}
	seed := t.digest("statement/" + what)
	return &statement{public: public, bases: bases, answers: answers, seed: seed[:]}
}

// fold returns one pair that stands for all: the sums of both sides with the same weights. The weights depend on all pairs
// at once. If each depended on its own pair alone, as in RFC 9497, a prover could look for wrong answers whose weighted
// errors cancel: a generalised birthday problem, which is easy with hundreds of lists. The first weight is one.
func (s *statement) fold() (base, answer group.Element) {
	base, answer = s.bases[0], s.answers[0]
	for j := 1; j < len(s.bases); j++ {
		w := s.weight(j)
		base, answer = add(base, mul(s.bases[j], w)), add(answer, mul(s.answers[j], w))
	}
	return base, answer
}

// foldKnowing is fold for who knows x: the answers' sum is x times the bases'.
func (s *statement) foldKnowing(x group.Scalar) (base, answer group.Element) {
	if len(s.bases) == 1 {
		return s.bases[0], s.answers[0]
	}
	base = s.bases[0]
	for j := 1; j < len(s.bases); j++ {
		base = add(base, mul(s.bases[j], s.weight(j)))
	}
	return base, mul(base, x)
}

func (s *statement) weight(j int) group.Scalar {
	var t transcript
	t.add(s.seed, binary.BigEndian.AppendUint16(nil, uint16(j)))
	return t.scalar("weight")
}

// challenge binds the claim, both bases and both commitments.
func (s *statement) challenge(base, answer, commitB, commitBase group.Element) group.Scalar {
	var t transcript
	t.add(s.seed)
	t.elements(encode(group.Ristretto255.Generator()), encode(s.public), encode(base), encode(answer),
		encode(commitB), encode(commitBase))
	return t.scalar("challenge")
}

func (s *statement) prove(rand io.Reader, x group.Scalar) (Proof, error) {
	base, answer := s.foldKnowing(x)
	secret := encodeScalar(x)
	k, err := random(rand, "nonce", secret[:], s.seed)
	if err != nil {
		return Proof{}, err
	}
	c := s.challenge(base, answer, mulBase(k), mul(base, k))
	response := group.Ristretto255.NewScalar().Mul(c, x)
	response.Sub(k, response)
	var p Proof
	challenge, rest := encodeScalar(c), encodeScalar(response)
	copy(p[:Size], challenge[:])
	copy(p[Size:], rest[:])
	return p, nil
}

// verify recomputes the commitments from challenge and response, and from them the challenge. The error wraps ErrProof or
// ErrEncoding.
func (s *statement) verify(p Proof) error {
	c, err := decodeScalar(p[:Size])
	if err != nil {
		return err
	}
	response, err := decodeScalar(p[Size:])
	if err != nil {
		return err
	}
	base, answer := s.fold()
	commitB := add(mulBase(response), mul(s.public, c))
	commitBase := add(mul(base, response), mul(answer, c))
	if !s.challenge(base, answer, commitB, commitBase).IsEqual(c) {
		return fmt.Errorf("%w: another challenge", ErrProof)
	}
	return nil
}
