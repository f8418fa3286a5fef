package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// GetAlert implements the RPC.
func (s *AlertService) GetAlert(ctx context.Context, req *ingestv1.GetAlertRequest) (*ingestv1.GetAlertResponse, error) {
	id, err := alertID(req.GetName())
	if err != nil {
		return nil, err
	}
	found, err := s.reader.GetAlert(ctx, authn.FromContext(ctx).Member, id)
	if err != nil {
		return nil, err
	}
	return &ingestv1.GetAlertResponse{Alert: wire.FromAlert(found)}, nil
}

// alertID returns the id in an alert's name.
func alertID(name string) (uuid.UUID, error) {
	text, err := aip.ID(name, "alerts", "name")
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, ingest.ErrAlertNotFound
	}
	return id, nil
}
