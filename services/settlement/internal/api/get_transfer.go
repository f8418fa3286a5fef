package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// GetTransfer implements pcc.settlement.v1.LedgerService.
func (s *Ledger) GetTransfer(ctx context.Context, req *settlementv1.GetTransferRequest) (*settlementv1.GetTransferResponse, error) {
	id, err := transferIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	t, err := s.Ledger.MemberTransfer(ctx, authn.FromContext(ctx).Member, id)
	if err != nil {
		return nil, err
	}
	return &settlementv1.GetTransferResponse{Transfer: transferMessage(t)}, nil
}
