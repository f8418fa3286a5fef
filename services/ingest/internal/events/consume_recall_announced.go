package events

import (
	"context"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/alerting"
)

// RecallAnnounced returns the consumer that remembers which parts are recalled.
func RecallAnnounced(pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger) *messaging.Consumer[*registryv1.RecallAnnounced] {
	return &messaging.Consumer[*registryv1.RecallAnnounced]{
		Service: "ingest", Pool: pool, JS: js, Logger: logger,
		New: func() *registryv1.RecallAnnounced { return &registryv1.RecallAnnounced{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *registryv1.RecallAnnounced) error {
			return alerting.RecallParts(ctx, tx, toRecall(m), m.GetPartNumbers())
		},
	}
}

// recallMessage is what all messages about a recall have.
type recallMessage interface {
	GetRecall() string
	GetIssuedBy() string
	GetCampaign() string
	GetDefect() string
	GetIssueTime() *timestamppb.Timestamp
}

func toRecall(m recallMessage) ingest.Recall {
	return ingest.Recall{
		Name: m.GetRecall(), Member: strings.TrimPrefix(m.GetIssuedBy(), "members/"), Campaign: m.GetCampaign(), Defect: m.GetDefect(),
		IssuedAt: m.GetIssueTime().AsTime(),
	}
}
