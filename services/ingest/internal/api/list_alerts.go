package api

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// ListAlerts implements the RPC.
func (s *AlertService) ListAlerts(ctx context.Context, req *ingestv1.ListAlertsRequest) (*ingestv1.ListAlertsResponse, error) {
	filter := ingest.AlertFilter{Unacknowledged: req.GetUnacknowledged()}
	var err error
	if req.GetPassport() != "" {
		if filter.Passport, err = passportID(req.GetPassport(), "passport"); err != nil {
			return nil, err
		}
	}
	member := authn.FromContext(ctx).Member
	scope := fmt.Sprintf("%s/alerts/%s/%t", member, req.GetPassport(), req.GetUnacknowledged())
	before, given, err := aip.DecodePageToken[uuid.UUID](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	if !given {
		before = uuid.Max
	}
	size := aip.PageSize(req.GetPageSize())
	found, err := s.reader.ListAlerts(ctx, member, filter, before, size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(found, size, scope, func(a ingest.Alert) uuid.UUID { return a.ID })
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListAlertsResponse{Alerts: make([]*ingestv1.Alert, len(page)), NextPageToken: next}
	for i, a := range page {
		resp.Alerts[i] = wire.FromAlert(a)
	}
	return resp, nil
}
