package events

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Binder gives the ledger a transaction that the consumer began.
type Binder interface {
	Bind(tx pgx.Tx) settlement.Tx
}

// MemberAdmitted opens the accounts of each admitted member.
func MemberAdmitted(
	pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger, service *settlement.Service, store Binder,
) *messaging.Consumer[*registryv1.MemberAdmitted] {
	return &messaging.Consumer[*registryv1.MemberAdmitted]{
		Service: "settlement", Pool: pool, JS: js, Logger: logger,
		New: func() *registryv1.MemberAdmitted { return &registryv1.MemberAdmitted{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *registryv1.MemberAdmitted) error {
			member, err := aip.ID(m.GetMember().GetName(), "members", "member.name")
			if err != nil {
				return err
			}
			return service.OpenMemberAccounts(ctx, store.Bind(tx), member)
		},
	}
}
