package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// CancelPayout implements pcc.settlement.v1.PayoutService.
func (s *Payouts) CancelPayout(ctx context.Context, req *settlementv1.CancelPayoutRequest) (*settlementv1.CancelPayoutResponse, error) {
	id, err := payoutIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	p, err := s.Bank.CancelPayout(ctx, authn.FromContext(ctx).Member, id)
	if err != nil {
		return nil, err
	}
	return &settlementv1.CancelPayoutResponse{Payout: s.message(p)}, nil
}
