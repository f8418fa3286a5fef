package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// RequestPayout implements pcc.settlement.v1.PayoutService.
func (s *Payouts) RequestPayout(ctx context.Context, req *settlementv1.RequestPayoutRequest) (*settlementv1.RequestPayoutResponse, error) {
	amount, err := settlement.ParseAmount(req.GetAmount())
	if err != nil {
		return nil, err
	}
	caller := authn.FromContext(ctx)
	p, err := s.Bank.RequestPayout(ctx, settlement.PayoutRequest{
		RequestID: strings.ToLower(req.GetRequestId()), Member: caller.Member, Amount: amount, By: caller.Subject(),
		Creditor: iso20022.Party{Name: req.GetCreditorName(), IBAN: req.GetIban(), BIC: req.GetBic()},
	})
	if err != nil {
		return nil, err
	}
	return &settlementv1.RequestPayoutResponse{Payout: s.message(p)}, nil
}
