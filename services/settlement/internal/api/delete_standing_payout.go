package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// DeleteStandingPayout implements pcc.settlement.v1.StandingPayoutService.
func (s *StandingPayouts) DeleteStandingPayout(
	ctx context.Context, _ *settlementv1.DeleteStandingPayoutRequest,
) (*settlementv1.DeleteStandingPayoutResponse, error) {
	if err := s.Bank.DeleteStandingPayout(ctx, authn.FromContext(ctx).Member); err != nil {
		return nil, err
	}
	return &settlementv1.DeleteStandingPayoutResponse{}, nil
}
