package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// PostPendingTransfer implements pcc.settlement.v1.LedgerService.
func (s *Ledger) PostPendingTransfer(
	ctx context.Context, req *settlementv1.PostPendingTransferRequest,
) (*settlementv1.PostPendingTransferResponse, error) {
	id, err := transferIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	if _, err := s.Ledger.PostPending(ctx, id); err != nil {
		return nil, err
	}
	return &settlementv1.PostPendingTransferResponse{}, nil
}
