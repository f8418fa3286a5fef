// Package events takes in what other services publish.
package events

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/registryclient"
)

// PassportEnrolled returns the consumer that adds new passports to the projection of the registry, with who enrolled them.
func PassportEnrolled(pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger) *messaging.Consumer[*registryv1.PassportEnrolled] {
	return &messaging.Consumer[*registryv1.PassportEnrolled]{
		Service: "ingest", Pool: pool, JS: js, Logger: logger,
		New: func() *registryv1.PassportEnrolled { return &registryv1.PassportEnrolled{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *registryv1.PassportEnrolled) error {
			id, err := registryclient.ParsePassport(m.GetPassport())
			if err != nil {
				return fmt.Errorf("passport enrolled: %w", err)
			}
			tag, err := eventlist.ParseTag(m.GetTag())
			if err != nil {
				return fmt.Errorf("passport enrolled: %w", err)
			}
			if member, ok := strings.CutPrefix(m.GetEnrolledBy(), "members/"); ok {
				if err := postgres.RememberEnroller(ctx, tx, id, member); err != nil {
					return err
				}
			}
			return postgres.RememberPassport(ctx, tx, id, tag)
		},
	}
}
