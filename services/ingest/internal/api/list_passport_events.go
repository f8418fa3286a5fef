package api

import (
	"context"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// ListPassportEvents implements the RPC.
func (s *JournalService) ListPassportEvents(ctx context.Context, req *ingestv1.ListPassportEventsRequest) (*ingestv1.ListPassportEventsResponse, error) {
	passport, err := passportID(req.GetPassport(), "passport")
	if err != nil {
		return nil, err
	}
	events, err := s.ingest.PassportEvents(ctx, passport)
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListPassportEventsResponse{Events: make([]*ingestv1.Event, len(events))}
	for i := range events {
		if resp.Events[i], err = eventToProto(&events[i]); err != nil {
			return nil, err
		}
	}
	return resp, nil
}
