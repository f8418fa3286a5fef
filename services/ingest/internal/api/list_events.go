package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// ListEvents implements the RPC.
func (s *IngestService) ListEvents(ctx context.Context, req *ingestv1.ListEventsRequest) (*ingestv1.ListEventsResponse, error) {
	passport, err := passportID(req.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	member := authn.FromContext(ctx).Member
	scope := member + "/" + req.GetParent()
	after, _, err := aip.DecodePageToken[uuid.UUID](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	page, more, err := s.reader.ListEvents(ctx, member, passport, after, aip.PageSize(req.GetPageSize()))
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListEventsResponse{Events: make([]*ingestv1.Event, len(page))}
	for i := range page {
		if resp.Events[i], err = eventToProto(&page[i]); err != nil {
			return nil, err
		}
	}
	if more {
		resp.NextPageToken, err = aip.EncodePageToken(scope, page[len(page)-1].ID)
	}
	return resp, err
}
