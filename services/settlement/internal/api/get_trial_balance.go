package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// GetTrialBalance implements the RPC.
func (s *Server) GetTrialBalance(ctx context.Context, _ *settlementv1.GetTrialBalanceRequest) (*settlementv1.GetTrialBalanceResponse, error) {
	balance, err := s.ledger.TrialBalance(ctx)
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.GetTrialBalanceResponse{Total: balance.Total.String(), ZeroSum: balance.ZeroSum}
	for _, l := range balance.Lines {
		resp.Accounts = append(resp.Accounts, accountMessage(l.Name, l.Balance))
	}
	return resp, nil
}
