package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// GetCreditLine implements pcc.settlement.v1.CreditService.
func (s *Credit) GetCreditLine(ctx context.Context, _ *settlementv1.GetCreditLineRequest) (*settlementv1.GetCreditLineResponse, error) {
	line, err := s.Credits.Line(ctx, authn.FromContext(ctx).Member)
	if err != nil {
		return nil, err
	}
	return &settlementv1.GetCreditLineResponse{Line: lineMessage(line)}, nil
}
