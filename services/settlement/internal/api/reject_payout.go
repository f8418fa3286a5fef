package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// RejectPayout implements pcc.settlement.v1.PayoutService.
func (s *Payouts) RejectPayout(ctx context.Context, req *settlementv1.RejectPayoutRequest) (*settlementv1.RejectPayoutResponse, error) {
	id, err := payoutIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	p, err := s.Bank.RejectPayout(ctx, id)
	if err != nil {
		return nil, err
	}
	return &settlementv1.RejectPayoutResponse{Payout: s.message(p)}, nil
}
