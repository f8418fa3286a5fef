package api

import (
	"bytes"
	"context"

	"google.golang.org/genproto/googleapis/api/httpbody"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/statementfile"
)

// DownloadStatement implements pcc.settlement.v1.StatementService.
func (s *Statements) DownloadStatement(ctx context.Context, req *settlementv1.DownloadStatementRequest) (*httpbody.HttpBody, error) {
	name, err := aip.ID(req.GetName(), statements, "name")
	if err != nil {
		return nil, settlement.ErrPeriodNotFound // no statement has such a name
	}
	st, lines, err := s.Statements.WholeStatement(ctx, authn.FromContext(ctx).Member, name)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	contentType := "text/csv; charset=utf-8"
	if req.GetFormat() == settlementv1.StatementFormat_STATEMENT_FORMAT_PDF {
		contentType = "application/pdf"
		err = statementfile.WritePDF(&file, st, lines)
	} else {
		err = statementfile.WriteCSV(&file, lines)
	}
	if err != nil {
		return nil, err
	}
	return &httpbody.HttpBody{ContentType: contentType, Data: file.Bytes()}, nil
}
