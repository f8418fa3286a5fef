package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// GetPeg implements pcc.settlement.v1.BankService.
func (s *Bank) GetPeg(ctx context.Context, _ *settlementv1.GetPegRequest) (*settlementv1.GetPegResponse, error) {
	peg, err := s.Bank.CheckPeg(ctx)
	if err != nil {
		return nil, err
	}
	return &settlementv1.GetPegResponse{Peg: pegMessage(peg)}, nil
}
