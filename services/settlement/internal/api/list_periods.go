package api

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/aip"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ListPeriods implements pcc.settlement.v1.StatementService. A page token holds the last month shown.
func (s *Statements) ListPeriods(ctx context.Context, req *settlementv1.ListPeriodsRequest) (*settlementv1.ListPeriodsResponse, error) {
	last, again, err := aip.DecodePageToken[string](periods, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	before := time.Now()
	if again {
		month, err := settlement.ParseMonth(last)
		if err != nil {
			return nil, err
		}
		before = month.Start()
	}
	size := aip.PageSize(req.GetPageSize())
	found, err := s.Closer.Periods(ctx, before, size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(found, size, periods, func(p settlement.Span) string { return p.Name })
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListPeriodsResponse{NextPageToken: next}
	for _, p := range page {
		resp.Periods = append(resp.Periods, &settlementv1.Period{
			Name: nameOf(periods, p.Name), StartTime: timestamppb.New(p.Start), EndTime: timestamppb.New(p.End),
			FirstCycle: cycleName(p.First), LastCycle: cycleName(p.Last),
		})
	}
	return resp, nil
}
