package api

import (
	"context"
	"strings"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// ExportPayouts implements pcc.settlement.v1.PayoutService.
func (s *Payouts) ExportPayouts(ctx context.Context, req *settlementv1.ExportPayoutsRequest) (*settlementv1.ExportPayoutsResponse, error) {
	batch, err := s.Bank.ExportPayouts(ctx, strings.ToLower(req.GetRequestId()))
	if err != nil {
		return nil, err
	}
	return &settlementv1.ExportPayoutsResponse{
		Batch: nameOf(payoutBatches, batch.ID), Document: batch.Document, Payments: int32(batch.Payments), //nolint:gosec // at most MaxPayments
	}, nil
}
