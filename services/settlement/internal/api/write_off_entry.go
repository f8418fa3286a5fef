package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// WriteOffEntry implements pcc.settlement.v1.BankService.
func (s *Bank) WriteOffEntry(ctx context.Context, req *settlementv1.WriteOffEntryRequest) (*settlementv1.WriteOffEntryResponse, error) {
	w, err := s.Bank.WriteOffEntry(ctx, req.GetReference(), authn.FromContext(ctx).Subject())
	if err != nil {
		return nil, err
	}
	return &settlementv1.WriteOffEntryResponse{Amount: w.Amount.String(), NeedsSecondPerson: w.ApprovedBy == ""}, nil
}
