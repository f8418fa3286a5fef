package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// VoidPendingTransfer implements pcc.settlement.v1.LedgerService.
func (s *Ledger) VoidPendingTransfer(
	ctx context.Context, req *settlementv1.VoidPendingTransferRequest,
) (*settlementv1.VoidPendingTransferResponse, error) {
	id, err := transferIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	if _, err := s.Ledger.VoidPending(ctx, id); err != nil {
		return nil, err
	}
	return &settlementv1.VoidPendingTransferResponse{}, nil
}
