package voprf

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"

	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
	"github.com/pcc-platform/pcc/services/vault"
)

// ErrTooFewHolders says that fewer holders of the tag key answered rightly than it takes.
var ErrTooFewHolders = errors.New("voprf: too few holders of the tag key answered")

// Client computes tags with the help of holders that it does not trust.
type Client struct{ holders Holders }

// NewClient returns a client that accepts only evaluations under the holders' public key.
func NewClient(h Holders) (*Client, error) {
	if public := h.Public(); public.Check() != nil {
		return nil, fmt.Errorf("voprf: the tag key: %w", public.Check())
	}
	return &Client{h}, nil
}

// Public is the tag key's public key, 32 bytes.
func (c *Client) Public() []byte {
	public := c.holders.Public()
	return public[:]
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
	return c.outputs(ctx, inputs)
}

func (c *Client) outputs(ctx context.Context, inputs [][]byte) ([]vault.Tag, error) {
	blinds, blinded := make([]threshold.Scalar, len(inputs)), make([]threshold.Element, len(inputs))
	for i, input := range inputs {
		var err error
		if blinds[i], blinded[i], err = threshold.Blind(rand.Reader, input); err != nil {
			return nil, fmt.Errorf("voprf: blind: %w", err)
		}
	}
	evaluated, err := c.evaluate(ctx, blinded)
	if err != nil {
		return nil, err
	}
	outputs := make([]vault.Tag, len(inputs))
	for i, input := range inputs {
		output, err := threshold.Finalize(input, blinds[i], evaluated[i])
		if err != nil {
			return nil, fmt.Errorf("voprf: unblind: %w", err)
		}
		outputs[i] = output
	}
	return outputs, nil
}

// evaluate verifies each holder's answer and puts as many together as it takes.
func (c *Client) evaluate(ctx context.Context, blinded []threshold.Element) ([]threshold.Element, error) {
	set, verified, err := gather(ctx, c.holders, func(ctx context.Context, set threshold.KeySet, index int) (*threshold.Verified, error) {
		p, err := c.holders.Evaluate(ctx, index, blinded)
		if err != nil {
			return nil, err
		}
		return set.VerifyEvaluation(p, blinded, wire.TagContext())
	})
	if err != nil {
		return nil, err
	}
	return set.Combine(verified)
}

// Prove implements vault.Tagger. The holders learn no more than by Tags: what they are asked is blinded, and the blind is for
// who has the VIN.
func (c *Client) Prove(ctx context.Context, vin vault.VIN) (vault.Tag, vault.TagProof, error) {
	blind, blinded, err := threshold.Blind(rand.Reader, vin.TagInput())
	if err != nil {
		return vault.Tag{}, vault.TagProof{}, fmt.Errorf("voprf: blind: %w", err)
	}
	_, shown, err := gather(ctx, c.holders, func(ctx context.Context, set threshold.KeySet, index int) (threshold.Shown, error) {
		s, err := c.holders.Show(ctx, index, blinded)
		if err == nil && !slices.Contains(set.Verification, s.VerificationKey) {
			err = &threshold.ShareError{Index: index, Err: threshold.ErrKeySet}
		}
		if err != nil {
			return s, err
		}
		return s, s.Verify(blinded)
	})
	if err != nil {
		return vault.Tag{}, vault.TagProof{}, err
	}
	slices.SortFunc(shown, func(a, b threshold.Shown) int { return cmp.Compare(a.Index, b.Index) })
	evaluated, err := threshold.CombineShown(c.holders.Public(), blinded, shown)
	if err != nil {
		return vault.Tag{}, vault.TagProof{}, fmt.Errorf("voprf: %w", err)
	}
	tag, err := threshold.Finalize(vin.TagInput(), blind, evaluated)
	if err != nil {
		return vault.Tag{}, vault.TagProof{}, fmt.Errorf("voprf: unblind: %w", err)
	}
	p := vault.TagProof{Blind: blind[:], Key: c.Public()}
	for _, s := range shown {
		p.Parts = append(p.Parts, vault.TagPart{Index: s.Index, Key: s.Key[:], Evaluation: s.Evaluation[:], Proof: s.Proof[:]})
	}
	return tag, p, nil
}

// gather asks as many holders at once as it takes, in a random order, and another one for each that fails. If too few answer rightly
// it tries once more with the present sharing: the key may have been shared anew.
func gather[A any](ctx context.Context, h Holders, ask func(context.Context, threshold.KeySet, int) (A, error)) (threshold.KeySet, []A, error) {
	var failed error
	for _, renewed := range []bool{false, true} {
		set, err := h.KeySet(ctx, renewed)
		if err != nil {
			return set, nil, fmt.Errorf("voprf: key set: %w", err)
		}
		if err := set.Check(); err != nil || set.Public != h.Public() {
			return set, nil, fmt.Errorf("voprf: the holders' key set is not of the tag key: %w", errors.Join(threshold.ErrKeySet, err))
		}
		answers, err := gatherFrom(ctx, set, ask)
		if err == nil {
			return set, answers, nil
		}
		failed = err
	}
	return threshold.KeySet{}, nil, failed
}

func gatherFrom[A any](ctx context.Context, set threshold.KeySet, ask func(context.Context, threshold.KeySet, int) (A, error)) ([]A, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		answer A
		err    error
	}
	holders := slices.Clone(set.Verification)
	mathrand.Shuffle(len(holders), func(i, j int) { holders[i], holders[j] = holders[j], holders[i] }) //nolint:gosec // spreads the work, hides nothing
	results := make(chan result, len(holders))
	start := func(index int) {
		go func() {
			a, err := ask(ctx, set, index)
			results <- result{a, err}
		}()
	}
	var answers []A
	errs := []error{ErrTooFewHolders}
	asked := 0
	for pending := 0; len(answers) < set.Threshold; {
		for pending < set.Threshold-len(answers) && asked < len(holders) {
			start(holders[asked].Index)
			asked, pending = asked+1, pending+1
		}
		if pending < set.Threshold-len(answers) {
			return nil, errors.Join(errs...)
		}
		r := <-results
		pending--
		if r.err != nil {
			errs = append(errs, r.err)
			continue
		}
		answers = append(answers, r.answer)
	}
	return answers, nil
}
