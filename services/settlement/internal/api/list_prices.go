package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// ListPrices implements the RPC.
func (s *Server) ListPrices(ctx context.Context, _ *settlementv1.ListPricesRequest) (*settlementv1.ListPricesResponse, error) {
	prices, err := s.ledger.Prices(ctx)
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListPricesResponse{}
	for _, p := range prices {
		resp.Prices = append(resp.Prices, priceMessage(p))
	}
	return resp, nil
}
