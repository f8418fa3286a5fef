package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// GetCycle implements pcc.settlement.v1.CycleService.
func (s *Cycles) GetCycle(ctx context.Context, req *settlementv1.GetCycleRequest) (*settlementv1.GetCycleResponse, error) {
	number, err := cycleOf(req.GetName())
	if err != nil {
		return nil, err
	}
	closed, err := s.Closer.Close(ctx, number)
	if err != nil {
		return nil, err
	}
	return &settlementv1.GetCycleResponse{Cycle: cycleMessage(closed)}, nil
}
