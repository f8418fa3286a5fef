package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// GetStandingPayout implements pcc.settlement.v1.StandingPayoutService.
func (s *StandingPayouts) GetStandingPayout(
	ctx context.Context, _ *settlementv1.GetStandingPayoutRequest,
) (*settlementv1.GetStandingPayoutResponse, error) {
	standing, err := s.Bank.StandingPayout(ctx, authn.FromContext(ctx).Member)
	if err != nil {
		return nil, err
	}
	return &settlementv1.GetStandingPayoutResponse{StandingPayout: standingPayoutMessage(standing)}, nil
}
