package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ListLoans implements pcc.settlement.v1.CreditService. A page token holds the id of the last loan shown.
func (s *Credit) ListLoans(ctx context.Context, req *settlementv1.ListLoansRequest) (*settlementv1.ListLoansResponse, error) {
	last, _, err := aip.DecodePageToken[string](loans, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	found, err := s.Credits.Loans(ctx, authn.FromContext(ctx).Member, last, size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(found, size, loans, func(l settlement.Loan) string { return l.ID })
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListLoansResponse{NextPageToken: next}
	for _, l := range page {
		resp.Loans = append(resp.Loans, loanMessage(l))
	}
	return resp, nil
}
