package events

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/alerting"
)

// RecallAnnounced returns the consumer that remembers which parts are recalled.
func RecallAnnounced(pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger) *messaging.Consumer[*registryv1.RecallAnnounced] {
	return &messaging.Consumer[*registryv1.RecallAnnounced]{
		Service: "ingest", Pool: pool, JS: js, Logger: logger,
		New: func() *registryv1.RecallAnnounced { return &registryv1.RecallAnnounced{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *registryv1.RecallAnnounced) error {
			recall := alerting.Fact{Name: m.GetRecall(), Campaign: m.GetCampaign(), At: m.GetIssueTime().AsTime()}
			return alerting.RecallParts(ctx, tx, recall, m.GetPartNumbers())
		},
	}
}
