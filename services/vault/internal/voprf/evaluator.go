package voprf

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

	"github.com/pcc-platform/pcc/services/vault/internal/keyfile"
)

// TagEvaluator holds the tag key. Elements are compressed ristretto255 points of 32 bytes.
type TagEvaluator interface {
	// Evaluate multiplies every blinded element by the key. The proof, 64 bytes, covers the batch: two scalars c and s,
	// in the serialisation of RFC 9497, section 2.2.
	Evaluate(ctx context.Context, blinded [][]byte) (evaluated [][]byte, proof []byte, err error)
	// PublicKey is the key that proofs verify against, 32 bytes.
	PublicKey() []byte
}

// LocalEvaluator is the TagEvaluator with the whole key in memory.
type LocalEvaluator struct {
	server    oprf.VerifiableServer
	publicKey []byte
}

// CreateKey makes a new tag key in a new file.
func CreateKey(path string) error {
	key, err := oprf.GenerateKey(oprf.SuiteRistretto255, rand.Reader)
	if err != nil {
		return fmt.Errorf("voprf: generate the tag key: %w", err)
	}
	raw, err := key.MarshalBinary()
	if err != nil {
		return fmt.Errorf("voprf: encode the tag key: %w", err)
	}
	return keyfile.Create(path, raw)
}

// OpenKey returns the evaluator of the tag key in the file at path.
func OpenKey(path string) (*LocalEvaluator, error) {
	raw, err := keyfile.Read(path)
	if err != nil {
		return nil, err
	}
	return newLocalEvaluator(raw)
}

func newLocalEvaluator(rawKey []byte) (*LocalEvaluator, error) {
	var key oprf.PrivateKey
	if err := key.UnmarshalBinary(oprf.SuiteRistretto255, rawKey); err != nil {
		return nil, fmt.Errorf("voprf: the tag key is malformed: %w", err)
	}
	public, err := key.Public().MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("voprf: public key: %w", err)
	}
	return &LocalEvaluator{server: oprf.NewVerifiableServer(oprf.SuiteRistretto255, &key), publicKey: public}, nil
}

// PublicKey implements TagEvaluator.
func (e *LocalEvaluator) PublicKey() []byte { return e.publicKey }

// Evaluate implements TagEvaluator.
func (e *LocalEvaluator) Evaluate(_ context.Context, blinded [][]byte) ([][]byte, []byte, error) {
	elements, err := decodeElements(blinded)
	if err != nil {
		return nil, nil, err
	}
	evaluation, err := e.server.Evaluate(&oprf.EvaluationRequest{Elements: elements})
	if err != nil {
		return nil, nil, fmt.Errorf("voprf: evaluate: %w", err)
	}
	proof, err := evaluation.Proof.MarshalBinary()
	if err != nil {
		return nil, nil, fmt.Errorf("voprf: encode the proof: %w", err)
	}
	evaluated, err := encodeElements(evaluation.Elements)
	return evaluated, proof, err
}

func encodeElements(elements []group.Element) ([][]byte, error) {
	out := make([][]byte, len(elements))
	for i, e := range elements {
		var err error
		if out[i], err = e.MarshalBinaryCompress(); err != nil {
			return nil, fmt.Errorf("voprf: encode element %d: %w", i, err)
		}
	}
	return out, nil
}

// decodeElements refuses what RFC 9497 tells a receiver to refuse: malformed elements and the identity.
func decodeElements(raw [][]byte) ([]group.Element, error) {
	out := make([]group.Element, len(raw))
	for i, r := range raw {
		out[i] = group.Ristretto255.NewElement()
		if err := out[i].UnmarshalBinary(r); err != nil {
			return nil, fmt.Errorf("voprf: element %d is malformed: %w", i, err)
		}
		if out[i].IsIdentity() {
			return nil, fmt.Errorf("voprf: element %d is the identity", i)
		}
	}
	return out, nil
}
