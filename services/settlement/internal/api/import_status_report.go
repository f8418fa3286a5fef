package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// ImportStatusReport implements pcc.settlement.v1.BankService.
func (s *Bank) ImportStatusReport(ctx context.Context, req *settlementv1.ImportStatusReportRequest) (*settlementv1.ImportStatusReportResponse, error) {
	batch, rejected, err := s.Bank.ImportStatusReport(ctx, req.GetDocument())
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ImportStatusReportResponse{Batch: nameOf(payoutBatches, batch)}
	for _, p := range rejected {
		resp.Rejected = append(resp.Rejected, &settlementv1.RejectedPayout{
			Payout: nameOf(payouts, p.ID), Member: nameOf(members, p.Member), Amount: p.Amount.String(), Rejection: p.Rejection,
		})
	}
	return resp, nil
}
