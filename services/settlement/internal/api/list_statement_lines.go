package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ListStatementLines implements the RPC. A page token holds the number of the last posting shown.
func (s *Server) ListStatementLines(ctx context.Context, req *settlementv1.ListStatementLinesRequest) (*settlementv1.ListStatementLinesResponse, error) {
	account, err := aip.ID(req.GetParent(), accounts, "parent")
	if err != nil {
		return nil, settlement.ErrAccountNotFound // no account has such a name
	}
	after, _, err := aip.DecodePageToken[int64](req.GetParent(), req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	member := authn.FromContext(ctx).Member
	lines, err := s.ledger.StatementLines(ctx, member, settlement.AccountID(account), after, size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(lines, size, req.GetParent(), func(l settlement.StatementLine) int64 { return l.Seq })
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListStatementLinesResponse{NextPageToken: next}
	for _, l := range page {
		resp.Lines = append(resp.Lines, &settlementv1.StatementLine{
			Transfer: nameOf(transfers, l.TransferID), Amount: l.Amount.String(), BalanceAfter: l.BalanceAfter.String(),
			Description: l.Description, CreateTime: timestamppb.New(l.CreateTime),
		})
	}
	return resp, nil
}
