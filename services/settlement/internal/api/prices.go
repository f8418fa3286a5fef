package api

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Prices serves pcc.settlement.v1.PriceService.
type Prices struct {
	settlementv1.UnimplementedPriceServiceServer
	List *settlement.PriceList
}

func priceMessage(p settlement.Price) *settlementv1.Price {
	return &settlementv1.Price{
		Product: p.Product, Amount: p.Amount.String(), EffectiveDate: p.EffectiveDate.Format(time.DateOnly),
		Version: int32(p.Version), CreateTime: timestamppb.New(p.CreateTime), //nolint:gosec // counted by ones
	}
}

func quoteMessage(q settlement.Quote) *settlementv1.Quote {
	return &settlementv1.Quote{
		Name: nameOf(quotes, q.ID), Product: q.Product, Amount: q.Amount.String(), PriceVersion: int32(q.PriceVersion), //nolint:gosec // counted by ones
		CreateTime: timestamppb.New(q.CreateTime), ExpireTime: timestamppb.New(q.ExpireTime),
	}
}
