package api

import (
	"context"
	"time"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// AcknowledgeAlert implements the RPC.
func (s *AlertService) AcknowledgeAlert(ctx context.Context, req *ingestv1.AcknowledgeAlertRequest) (*ingestv1.AcknowledgeAlertResponse, error) {
	id, err := alertID(req.GetName())
	if err != nil {
		return nil, err
	}
	return postgres.Once(ctx, s.store, "AcknowledgeAlert", req, &ingestv1.AcknowledgeAlertResponse{},
		func(tx postgres.Tx) (*ingestv1.AcknowledgeAlertResponse, error) {
			acknowledged, err := tx.AcknowledgeAlert(ctx, id, time.Now().UTC())
			if err != nil {
				return nil, err
			}
			return &ingestv1.AcknowledgeAlertResponse{Alert: wire.FromAlert(acknowledged)}, nil
		})
}
