package api

import (
	"context"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// GetEntryBundle implements the RPC.
func (s *JournalService) GetEntryBundle(ctx context.Context, req *ingestv1.GetEntryBundleRequest) (*ingestv1.GetEntryBundleResponse, error) {
	bundle, err := s.logs.Bundle(ctx, req.GetStream(), req.GetIndex(), int(req.GetWidth()))
	if err != nil {
		return nil, err
	}
	return &ingestv1.GetEntryBundleResponse{Bundle: bundle}, nil
}
