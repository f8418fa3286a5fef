package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/aip"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// SetCreditContract implements pcc.settlement.v1.CreditService.
func (s *Credit) SetCreditContract(
	ctx context.Context, req *settlementv1.SetCreditContractRequest,
) (*settlementv1.SetCreditContractResponse, error) {
	member, err := aip.ID(req.GetMember(), members, "member")
	if err != nil {
		return nil, err
	}
	terms, err := termsOf(req.GetTerms())
	if err != nil {
		return nil, err
	}
	made, err := s.Credits.SetContract(ctx, settlement.ContractRequest{
		RequestID: strings.ToLower(req.GetRequestId()), Member: member, Terms: terms,
	})
	if err != nil {
		return nil, err
	}
	return &settlementv1.SetCreditContractResponse{Contract: contractMessage(made)}, nil
}
