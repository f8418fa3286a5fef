package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// ReverseTransfer implements pcc.settlement.v1.LedgerService.
func (s *Ledger) ReverseTransfer(ctx context.Context, req *settlementv1.ReverseTransferRequest) (*settlementv1.ReverseTransferResponse, error) {
	id, err := transferIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	reversal, err := s.Ledger.ReverseTransfer(ctx, id, req.GetCause(), authn.FromContext(ctx).Subject())
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ReverseTransferResponse{}
	if reversal != "" {
		resp.Reversal = nameOf(transfers, reversal)
	}
	return resp, nil
}
