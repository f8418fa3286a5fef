package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// CloseCycle implements pcc.settlement.v1.CycleService.
func (s *Cycles) CloseCycle(ctx context.Context, req *settlementv1.CloseCycleRequest) (*settlementv1.CloseCycleResponse, error) {
	number, err := cycleOf(req.GetName())
	if err != nil {
		return nil, err
	}
	closed, err := s.Closer.CloseCycle(ctx, number)
	if err != nil {
		return nil, err
	}
	return &settlementv1.CloseCycleResponse{Cycle: cycleMessage(closed)}, nil
}
