package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// GetOdometerVerdict implements the RPC.
func (s *IngestService) GetOdometerVerdict(ctx context.Context, req *ingestv1.GetOdometerVerdictRequest) (*ingestv1.GetOdometerVerdictResponse, error) {
	passport, err := passportID(req.GetPassport(), "passport")
	if err != nil {
		return nil, err
	}
	verdict, err := s.ingest.OwnVerdict(ctx, authn.FromContext(ctx).Member, passport)
	if err != nil {
		return nil, err
	}
	return &ingestv1.GetOdometerVerdictResponse{Verdict: wire.FromVerdict(passport, &verdict)}, nil
}
