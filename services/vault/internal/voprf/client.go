package voprf

import (
	"context"
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"

	"github.com/pcc-platform/pcc/services/vault"
)

// Client computes tags with the help of an evaluator that it does not trust.
type Client struct {
	evaluator TagEvaluator
	oprf      oprf.VerifiableClient
}

// NewClient returns a client that accepts only evaluations under the evaluator's present public key.
func NewClient(evaluator TagEvaluator) (*Client, error) {
	var public oprf.PublicKey
	if err := public.UnmarshalBinary(oprf.SuiteRistretto255, evaluator.PublicKey()); err != nil {
		return nil, fmt.Errorf("voprf: the evaluator's public key is malformed: %w", err)
	}
	return &Client{evaluator: evaluator, oprf: oprf.NewVerifiableClient(oprf.SuiteRistretto255, &public)}, nil
}

// Tags implements vault.Tagger.
func (c *Client) Tags(ctx context.Context, vins []vault.VIN) ([]vault.Tag, error) {
	if len(vins) == 0 || len(vins) > vault.MaxBatch {
		return nil, fmt.Errorf("voprf: a batch of %d, want 1 to %d", len(vins), vault.MaxBatch)
	}
	inputs := make([][]byte, len(vins))
	for i, v := range vins {
		inputs[i] = v.TagInput()
	}
	blinding, request, err := c.oprf.Blind(inputs)
	if err != nil {
		return nil, fmt.Errorf("voprf: blind: %w", err)
	}
	outputs, _, err := c.finish(ctx, blinding, request)
	if err != nil {
		return nil, err
	}
	tags := make([]vault.Tag, len(outputs))
	for i, o := range outputs {
		tags[i] = vault.Tag(o)
	}
	return tags, nil
}

// Prove implements vault.Tagger. The evaluator learns no more than by Tags: what it is asked is blinded, and the blind is for
// who has the VIN.
func (c *Client) Prove(ctx context.Context, vin vault.VIN) (vault.Tag, vault.TagProof, error) {
	blinding, request, err := c.oprf.Blind([][]byte{vin.TagInput()})
	if err != nil {
		return vault.Tag{}, vault.TagProof{}, fmt.Errorf("voprf: blind: %w", err)
	}
	outputs, answered, err := c.finish(ctx, blinding, request)
	if err != nil {
		return vault.Tag{}, vault.TagProof{}, err
	}
	blind, err := blinding.CopyBlinds()[0].MarshalBinary()
	if err != nil {
		return vault.Tag{}, vault.TagProof{}, fmt.Errorf("voprf: encode the blind: %w", err)
	}
	return vault.Tag(outputs[0]), vault.TagProof{
		Blind: blind, Evaluation: answered.evaluated[0], Proof: answered.proof, Key: c.evaluator.PublicKey(),
	}, nil
}

// answer is what an evaluator returns.
type answer struct {
	evaluated [][]byte
	proof     []byte
}

// finish has the request evaluated, verifies the proof and unblinds.
func (c *Client) finish(ctx context.Context, blinding *oprf.FinalizeData, request *oprf.EvaluationRequest) ([][]byte, answer, error) {
	blinded, err := encodeElements(request.Elements)
	if err != nil {
		return nil, answer{}, err
	}
	var a answer
	if a.evaluated, a.proof, err = c.evaluator.Evaluate(ctx, blinded); err != nil {
		return nil, answer{}, fmt.Errorf("voprf: evaluator: %w", err)
	}
	var proof dleq.Proof
	if err := proof.UnmarshalBinary(group.Ristretto255, a.proof); err != nil {
		return nil, answer{}, fmt.Errorf("voprf: the evaluator's proof is malformed: %w", err)
	}
	elements, err := decodeElements(a.evaluated)
	if err != nil {
		return nil, answer{}, err
	}
	outputs, err := c.oprf.Finalize(blinding, &oprf.Evaluation{Elements: elements, Proof: &proof})
	if err != nil {
		return nil, answer{}, fmt.Errorf("voprf: the evaluation is refused: %w", err)
	}
	return outputs, a, nil
}
