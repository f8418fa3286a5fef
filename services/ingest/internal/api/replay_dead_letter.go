package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// ReplayDeadLetter implements the RPC.
func (s *IngestService) ReplayDeadLetter(ctx context.Context, req *ingestv1.ReplayDeadLetterRequest) (*ingestv1.ReplayDeadLetterResponse, error) {
	text, err := aip.ID(req.GetName(), "deadLetters", "name")
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, apperr.InvalidField("name", "the id is not a UUID")
	}
	letter, err := s.ingest.ReplayDeadLetter(ctx, authn.FromContext(ctx).Member, id)
	if err != nil {
		return nil, err
	}
	return &ingestv1.ReplayDeadLetterResponse{DeadLetter: deadLetterToProto(&letter)}, nil
}
