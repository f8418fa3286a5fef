package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// GetStatement implements pcc.settlement.v1.StatementService. A page token holds the position of the last entry shown.
func (s *Statements) GetStatement(ctx context.Context, req *settlementv1.GetStatementRequest) (*settlementv1.GetStatementResponse, error) {
	name, err := aip.ID(req.GetName(), statements, "name")
	if err != nil {
		return nil, settlement.ErrPeriodNotFound // no statement has such a name
	}
	behind, _, err := aip.DecodePageToken[settlement.LinePosition](req.GetName(), req.GetPageToken())
	if err != nil {
		return nil, err
	}
	st, err := s.Statements.Statement(ctx, authn.FromContext(ctx).Member, name)
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	lines, err := s.Statements.Lines(ctx, st, behind, size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(lines, size, req.GetName(), func(l settlement.SpanLine) settlement.LinePosition {
		return settlement.LinePosition{Account: l.Account, Seq: l.Seq}
	})
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.GetStatementResponse{Statement: statementMessage(st), NextPageToken: next}
	for _, l := range page {
		resp.Entries = append(resp.Entries, statementEntryMessage(l))
	}
	return resp, nil
}
