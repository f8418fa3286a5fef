package api

import (
	"context"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// SetPrice implements pcc.settlement.v1.PriceService.
func (s *Prices) SetPrice(ctx context.Context, req *settlementv1.SetPriceRequest) (*settlementv1.SetPriceResponse, error) {
	amount, err := settlement.ParseAmount(req.GetAmount())
	if err != nil {
		return nil, err
	}
	day, err := time.Parse(time.DateOnly, req.GetEffectiveDate())
	if err != nil {
		return nil, apperr.InvalidField("effective_date", "no day of the calendar")
	}
	set, err := s.List.SetPrice(ctx, settlement.PriceChange{
		RequestID: strings.ToLower(req.GetRequestId()), Product: req.GetProduct(), Amount: amount, EffectiveDate: day,
	})
	if err != nil {
		return nil, err
	}
	return &settlementv1.SetPriceResponse{Price: priceMessage(set)}, nil
}
