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
	if q.Member == "" || len(q.Member) > wire.MaxMember || len(q.Elements) == 0 || len(q.Elements) > threshold.MaxElements {
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
	partial, err := h.share.Evaluate(rand.Reader, elements, wire.TagContext())
	if err != nil {
		return wire.EvaluateResponse{}, ErrMalformed.Wrap(err)
	}
	raw, err := partial.MarshalBinary()
	return wire.EvaluateResponse{Epoch: h.set.Epoch, Partial: raw}, err
}

// Evaluated returns how many elements were evaluated for a member today.
func (t *Trustee) Evaluated(_ context.Context, member string) (uint64, error) {
	return t.Store.evaluated(t.Clock(), member)
}
