package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// ApprovePayout implements pcc.settlement.v1.PayoutService.
func (s *Payouts) ApprovePayout(ctx context.Context, req *settlementv1.ApprovePayoutRequest) (*settlementv1.ApprovePayoutResponse, error) {
	id, err := payoutIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	caller := authn.FromContext(ctx)
	p, err := s.Bank.ApprovePayout(ctx, caller.Member, id, caller.Subject())
	if err != nil {
		return nil, err
	}
	return &settlementv1.ApprovePayoutResponse{Payout: s.message(p)}, nil
}
