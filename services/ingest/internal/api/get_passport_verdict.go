package api

import (
	"context"
	"time"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// GetPassportVerdict implements the RPC.
func (s *JournalService) GetPassportVerdict(ctx context.Context, req *ingestv1.GetPassportVerdictRequest) (*ingestv1.GetPassportVerdictResponse, error) {
	passport, err := passportID(req.GetPassport(), "passport")
	if err != nil {
		return nil, err
	}
	var asOf time.Time
	if req.GetAsOf() != nil {
		asOf = req.GetAsOf().AsTime()
	}
	verdict, err := s.ingest.PassportVerdict(ctx, passport, asOf)
	if err != nil {
		return nil, err
	}
	return &ingestv1.GetPassportVerdictResponse{Verdict: wire.FromVerdict(passport, &verdict)}, nil
}
