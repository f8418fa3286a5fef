package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// DrawCredit implements pcc.settlement.v1.CreditService.
func (s *Credit) DrawCredit(ctx context.Context, req *settlementv1.DrawCreditRequest) (*settlementv1.DrawCreditResponse, error) {
	amount, err := settlement.ParseAmount(req.GetAmount())
	if err != nil {
		return nil, err
	}
	drawn, err := s.Credits.Draw(ctx, authn.FromContext(ctx).Member, strings.ToLower(req.GetRequestId()), amount)
	if err != nil {
		return nil, err
	}
	return &settlementv1.DrawCreditResponse{Loan: loanMessage(drawn)}, nil
}
