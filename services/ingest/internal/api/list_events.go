package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// ListEvents implements the RPC.
func (s *IngestService) ListEvents(ctx context.Context, req *ingestv1.ListEventsRequest) (*ingestv1.ListEventsResponse, error) {
	passport, err := passportID(req.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	member := authn.FromContext(ctx).Member
	view := viewOf(req)
	scope := member + "/" + req.GetParent() + "@" + view.KnownAt.String() + "/" + view.ValidAt.String()
	after, _, err := aip.DecodePageToken[uuid.UUID](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	page, err := s.ingest.ListEvents(ctx, member, passport, after, aip.PageSize(req.GetPageSize()), view)
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListEventsResponse{Events: make([]*ingestv1.Event, len(page.Events))}
	for i := range page.Events {
		if resp.Events[i], err = eventToProto(&page.Events[i]); err != nil {
			return nil, err
		}
	}
	if page.More {
		resp.NextPageToken, err = aip.EncodePageToken(scope, page.Last)
	}
	return resp, err
}

func viewOf(req *ingestv1.ListEventsRequest) (v ingest.View) {
	if req.GetKnownAt() != nil {
		v.KnownAt = req.GetKnownAt().AsTime()
	}
	if req.GetValidAt() != nil {
		v.ValidAt = req.GetValidAt().AsTime()
	}
	return v
}
