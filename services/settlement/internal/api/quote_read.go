package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// QuoteRead implements pcc.settlement.v1.PriceService.
func (s *Prices) QuoteRead(ctx context.Context, req *settlementv1.QuoteReadRequest) (*settlementv1.QuoteReadResponse, error) {
	quoted, err := s.List.QuoteRead(ctx, authn.FromContext(ctx).Member, strings.ToLower(req.GetRequestId()), req.GetProduct())
	if err != nil {
		return nil, err
	}
	return &settlementv1.QuoteReadResponse{Quote: quoteMessage(quoted)}, nil
}
