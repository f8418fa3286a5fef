package api

import (
	"context"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// ImportStatement implements pcc.settlement.v1.BankService.
func (s *Bank) ImportStatement(ctx context.Context, req *settlementv1.ImportStatementRequest) (*settlementv1.ImportStatementResponse, error) {
	statement, peg, err := s.Bank.ImportStatement(ctx, req.GetDocument())
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ImportStatementResponse{
		Statement: statement.ID, ClosingBalance: statement.Closing.String(), Peg: pegMessage(peg),
	}
	for _, e := range statement.Entries {
		resp.Entries = append(resp.Entries, entryMessage(e))
	}
	return resp, nil
}
