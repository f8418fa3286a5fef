package events

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/messaging"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// SettlementAccounts notes that a member's accounts are open.
func (a Admission) SettlementAccounts() *messaging.Consumer[*settlementv1.MemberAccountsOpened] {
	return stepConsumer(a, "registry", func() *settlementv1.MemberAccountsOpened { return &settlementv1.MemberAccountsOpened{} },
		registry.StepSettlementAccounts, func(_ context.Context, _ pgx.Tx, m *settlementv1.MemberAccountsOpened) (string, error) {
			return wire.MemberID(m.GetMember()), nil
		})
}
