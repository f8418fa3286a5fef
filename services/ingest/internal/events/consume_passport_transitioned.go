package events

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/alerting"
	"github.com/pcc-platform/pcc/services/ingest/internal/registryclient"
)

// PassportTransitioned returns the consumer that judges alerts by the registry's life cycle, too.
func PassportTransitioned(pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger, keeper *alerting.Keeper) *messaging.Consumer[*registryv1.PassportTransitioned] {
	return &messaging.Consumer[*registryv1.PassportTransitioned]{
		Service: "ingest", Pool: pool, JS: js, Logger: logger,
		New: func() *registryv1.PassportTransitioned { return &registryv1.PassportTransitioned{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *registryv1.PassportTransitioned) error {
			step := m.GetTransition()
			mark, ok := alert.MarkOfStep(stateName(step.GetFrom()), stateName(step.GetTo()))
			if !ok {
				return nil
			}
			id, err := registryclient.ParsePassport(m.GetPassport())
			if err != nil {
				return fmt.Errorf("passport transitioned: %w", err)
			}
			return keeper.Learn(ctx, tx, []alerting.Fact{{
				Passport: id, Mark: mark, At: step.GetCreateTime().AsTime(),
				Name: fmt.Sprintf("%s/transitions/%d", m.GetPassport(), step.GetRevision()),
			}})
		},
	}
}

// stateName is a state as the registry stores it: "total_loss" for LIFE_CYCLE_TOTAL_LOSS.
func stateName(s registryv1.LifeCycle) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "LIFE_CYCLE_"))
}
