package events

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/alerting"
	"github.com/pcc-platform/pcc/services/ingest/internal/registryclient"
)

// RecallMatched returns the consumer that raises alerts for vehicles in the ranges of a recall.
func RecallMatched(pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger, keeper *alerting.Keeper) *messaging.Consumer[*registryv1.RecallMatched] {
	return &messaging.Consumer[*registryv1.RecallMatched]{
		Service: "ingest", Pool: pool, JS: js, Logger: logger,
		New: func() *registryv1.RecallMatched { return &registryv1.RecallMatched{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *registryv1.RecallMatched) error {
			facts := make([]alerting.Fact, len(m.GetPassports()))
			for i, name := range m.GetPassports() {
				id, err := registryclient.ParsePassport(name)
				if err != nil {
					return fmt.Errorf("recall matched: %w", err)
				}
				facts[i] = alerting.RecallFact(toRecall(m), id)
			}
			return keeper.Learn(ctx, tx, facts)
		},
	}
}
