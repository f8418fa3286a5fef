package api

import (
	"cmp"
	"context"
	"math"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ListPayouts implements pcc.settlement.v1.PayoutService. A page token holds the number of the last payout shown.
func (s *Payouts) ListPayouts(ctx context.Context, req *settlementv1.ListPayoutsRequest) (*settlementv1.ListPayoutsResponse, error) {
	last, _, err := aip.DecodePageToken[int64](payouts, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	found, err := s.Bank.MemberPayouts(ctx, authn.FromContext(ctx).Member, cmp.Or(last, math.MaxInt64), size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(found, size, payouts, func(p settlement.Payout) int64 { return p.Seq })
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListPayoutsResponse{NextPageToken: next}
	for _, p := range page {
		resp.Payouts = append(resp.Payouts, s.message(p))
	}
	return resp, nil
}
