package events

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/messaging"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ClawbackBinder gives the versions of reads a transaction that the consumer began.
type ClawbackBinder interface {
	BindClawback(tx pgx.Tx) settlement.ClawbackTx
}

// EventRefuted remembers each refuted event, so that the reads that it was sold with are divided anew.
func EventRefuted(
	pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger, clawbacks *settlement.Clawbacks, store ClawbackBinder,
) *messaging.Consumer[*ingestv1.EventRefuted] {
	return &messaging.Consumer[*ingestv1.EventRefuted]{
		Service: "settlement", Pool: pool, JS: js, Logger: logger,
		New: func() *ingestv1.EventRefuted { return &ingestv1.EventRefuted{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *ingestv1.EventRefuted) error {
			f, err := refutationOf(m)
			if err != nil {
				return fmt.Errorf("event refuted: %w", err)
			}
			return clawbacks.Refuted(ctx, store.BindClawback(tx), f)
		},
	}
}

func refutationOf(m *ingestv1.EventRefuted) (settlement.Refutation, error) {
	passport, event, _ := strings.Cut(strings.TrimPrefix(m.GetEvent(), "passports/"), "/events/")
	for _, id := range []string{passport, event} {
		if _, err := uuid.Parse(id); err != nil {
			return settlement.Refutation{}, fmt.Errorf("%q is no event: %w", m.GetEvent(), err)
		}
	}
	member, err := aip.ID(m.GetMember(), "members", "member")
	if err != nil {
		return settlement.Refutation{}, err
	}
	f := settlement.Refutation{Event: event, Passport: passport, Member: member, Field: m.GetField(), Time: m.GetRefuteTime().AsTime()}
	for _, a := range m.GetRemaining() {
		f.Remaining = append(f.Remaining, settlement.Answer{From: a.GetFrom().AsTime(), Quality: int64(a.GetQuality())})
	}
	return f, nil
}
