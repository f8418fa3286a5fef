package api

import (
	"cmp"
	"context"
	"math"

	"github.com/pcc-platform/pcc/internal/aip"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ListPriceVersions implements pcc.settlement.v1.PriceService. A page token holds the last version shown.
func (s *Prices) ListPriceVersions(ctx context.Context, req *settlementv1.ListPriceVersionsRequest) (*settlementv1.ListPriceVersionsResponse, error) {
	product, err := aip.ID(req.GetParent(), prices, "parent")
	if err != nil {
		return nil, err
	}
	last, _, err := aip.DecodePageToken[int](req.GetParent(), req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	found, err := s.List.Versions(ctx, product, cmp.Or(last, math.MaxInt32), size+1)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && last == 0 {
		return nil, settlement.ErrProductUnknown
	}
	page, next, err := aip.Page(found, size, req.GetParent(), func(p settlement.Price) int { return p.Version })
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListPriceVersionsResponse{NextPageToken: next}
	for _, p := range page {
		resp.Prices = append(resp.Prices, priceMessage(p))
	}
	return resp, nil
}
