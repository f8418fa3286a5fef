package events

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/messaging"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// PublishAlert tells that an alert was raised or has changed. recipients are the ids of the members that get it.
func PublishAlert(ctx context.Context, tx pgx.Tx, a ingest.Alert, recipients []string) error {
	message := &ingestv1.AlertRaised{Alert: wire.FromAlert(a), Recipients: make([]string, len(recipients))}
	for i, member := range recipients {
		message.Recipients[i] = "members/" + member
	}
	return messaging.Enqueue(ctx, tx, message)
}
