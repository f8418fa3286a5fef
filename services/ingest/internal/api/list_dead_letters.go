package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// ListDeadLetters implements the RPC.
func (s *IngestService) ListDeadLetters(ctx context.Context, req *ingestv1.ListDeadLettersRequest) (*ingestv1.ListDeadLettersResponse, error) {
	member := authn.FromContext(ctx).Member
	scope := member + "/deadLetters"
	before, given, err := aip.DecodePageToken[uuid.UUID](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	if !given {
		before = uuid.Max
	}
	page, more, err := s.reader.ListDeadLetters(ctx, member, before, aip.PageSize(req.GetPageSize()))
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListDeadLettersResponse{DeadLetters: make([]*ingestv1.DeadLetter, len(page))}
	for i := range page {
		resp.DeadLetters[i] = deadLetterToProto(&page[i])
	}
	if more {
		resp.NextPageToken, err = aip.EncodePageToken(scope, page[len(page)-1].ID)
	}
	return resp, err
}
