package api

import (
	"cmp"
	"context"
	"math"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/aip"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ListCycles implements pcc.settlement.v1.CycleService. A page token holds the number of the last cycle shown.
func (s *Cycles) ListCycles(ctx context.Context, req *settlementv1.ListCyclesRequest) (*settlementv1.ListCyclesResponse, error) {
	last, _, err := aip.DecodePageToken[int64](cycles, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	found, err := s.Closer.Closes(ctx, cmp.Or(last, math.MaxInt64), size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(found, size, cycles, func(c settlement.Close) int64 { return c.Number })
	if err != nil {
		return nil, err
	}
	open, err := s.Closer.OpenCycle(ctx)
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListCyclesResponse{NextPageToken: next, OpenCycle: cycleName(open.Number), OpenTime: timestamppb.New(open.Start)}
	for _, c := range page {
		resp.Cycles = append(resp.Cycles, cycleMessage(c))
	}
	return resp, nil
}
