package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault/internal/portrait"
)

// ExportSubject implements the RPC.
func (s *SubjectServer) ExportSubject(ctx context.Context, req *vaultv1.ExportSubjectRequest) (*vaultv1.ExportSubjectResponse, error) {
	member, by, id, err := asked(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	var proof []byte
	if len(req.GetProofDocument()) > 0 {
		proof = req.GetProofDocument()
	}
	p, err := s.Desk.Export(ctx, member, id, by, proof)
	if err != nil {
		return nil, err
	}
	document, err := portrait.JSON(p)
	if err != nil {
		return nil, err
	}
	pdf, err := portrait.PDF(p, document)
	if err != nil {
		return nil, err
	}
	return &vaultv1.ExportSubjectResponse{SubjectRequest: s.request(p.Request), Document: document, Pdf: pdf}, nil
}
