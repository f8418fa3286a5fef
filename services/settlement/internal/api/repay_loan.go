package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// RepayLoan implements pcc.settlement.v1.CreditService.
func (s *Credit) RepayLoan(ctx context.Context, req *settlementv1.RepayLoanRequest) (*settlementv1.RepayLoanResponse, error) {
	id, err := uuidOf(req.GetName(), loans, "name")
	if err != nil {
		return nil, settlement.ErrLoanNotFound
	}
	amount := settlement.MaxAmount
	if req.GetAmount() != "" {
		if amount, err = settlement.ParseAmount(req.GetAmount()); err != nil {
			return nil, err
		}
	}
	repaid, err := s.Credits.Repay(ctx, authn.FromContext(ctx).Member, id, strings.ToLower(req.GetRequestId()), amount)
	if err != nil {
		return nil, err
	}
	return &settlementv1.RepayLoanResponse{Loan: loanMessage(repaid)}, nil
}
