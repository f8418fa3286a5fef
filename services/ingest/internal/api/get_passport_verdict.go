package api

import (
	"context"
	"time"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
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
	return &ingestv1.GetPassportVerdictResponse{Verdict: verdictToProto(passport, &verdict)}, nil
}
