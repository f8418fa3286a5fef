package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// SetStandingPayout implements pcc.settlement.v1.StandingPayoutService.
func (s *StandingPayouts) SetStandingPayout(
	ctx context.Context, req *settlementv1.SetStandingPayoutRequest,
) (*settlementv1.SetStandingPayoutResponse, error) {
	m := req.GetStandingPayout()
	keep, err := settlement.ParseAmount(m.GetKeep())
	if err != nil {
		return nil, err
	}
	caller := authn.FromContext(ctx)
	standing := settlement.StandingPayout{
		Member: caller.Member, Creditor: iso20022.Party{Name: m.GetCreditorName(), IBAN: m.GetIban(), BIC: m.GetBic()},
		Keep: keep, SetBy: caller.Subject(),
	}
	if err := s.Bank.SetStandingPayout(ctx, standing); err != nil {
		return nil, err
	}
	return &settlementv1.SetStandingPayoutResponse{StandingPayout: standingPayoutMessage(standing)}, nil
}
