package trustee

import (
	"context"
	"crypto/rand"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

// Evaluate multiplies blinded elements by the trustee's share of the tag key, for the vault, on behalf of a member.
func (t *Trustee) Evaluate(ctx context.Context, q wire.EvaluateRequest) (wire.EvaluateResponse, error) {
	if q.Member == "" || len(q.Member) > wire.MaxMember || len(q.Elements) == 0 || len(q.Elements) > threshold.MaxElements ||
		q.Shown && len(q.Elements) != 1 {
		return wire.EvaluateResponse{}, ErrMalformed
	}
	h, err := t.held(ctx, access.KeyForTags, q.KeyNumber)
	if err != nil {
		return wire.EvaluateResponse{}, err
	}
	elements, err := q.Decode()
	if err != nil {
		return wire.EvaluateResponse{}, ErrMalformed.Wrap(err)
	}
	if err := t.Store.spend(t.Clock(), q.Member, uint64(len(elements)), t.TagQuota); err != nil {
		return wire.EvaluateResponse{}, err
	}
	answer := wire.EvaluateResponse{Epoch: h.set.Epoch}
	if q.Shown {
		answer.Shown, err = show(h.share, elements[0])
		return answer, err
	}
	partial, err := h.share.Evaluate(rand.Reader, elements, wire.TagContext())
	if err != nil {
		return answer, ErrMalformed.Wrap(err)
	}
	answer.Partial, err = partial.MarshalBinary()
	return answer, err
}

func show(share threshold.Share, element threshold.Element) (*wire.Shown, error) {
	s, err := share.Show(rand.Reader, element)
	if err != nil {
		return nil, ErrMalformed.Wrap(err)
	}
	return &wire.Shown{Index: s.Index, Key: s.Key[:], Evaluation: s.Evaluation[:], Proof: s.Proof[:]}, nil
}

// Evaluated returns how many elements were evaluated for a member today.
func (t *Trustee) Evaluated(_ context.Context, member string) (uint64, error) {
	return t.Store.evaluated(t.Clock(), member)
}
