package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

// ExportProof returns the proof document of a passport that the caller's member has paid to read.
func (s *Server) ExportProof(ctx context.Context, req *anchorv1.ExportProofRequest) (*anchorv1.ExportProofResponse, error) {
	payer := authn.FromContext(ctx).MemberName()
	document, notYetAnchored, err := s.exporter.Export(ctx, payer, req.GetRead(), req.GetPassport())
	if err != nil {
		return nil, err
	}
	return &anchorv1.ExportProofResponse{Document: document, NotYetAnchored: int32(notYetAnchored)}, nil
}
