package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// ListAccounts implements the RPC.
func (s *Server) ListAccounts(ctx context.Context, _ *settlementv1.ListAccountsRequest) (*settlementv1.ListAccountsResponse, error) {
	list, err := s.ledger.Accounts(ctx, authn.FromContext(ctx).Member)
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListAccountsResponse{}
	for _, a := range list {
		resp.Accounts = append(resp.Accounts, accountMessage(string(a.ID), a.Balance))
	}
	return resp, nil
}
