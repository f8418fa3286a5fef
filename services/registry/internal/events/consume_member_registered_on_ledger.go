package events

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/messaging"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ChainDirectory notes that a member stands in the directory on the ledger.
func (a Admission) ChainDirectory() *messaging.Consumer[*anchorv1.MemberRegisteredOnLedger] {
	return stepConsumer(a, "registry", func() *anchorv1.MemberRegisteredOnLedger { return &anchorv1.MemberRegisteredOnLedger{} },
		registry.StepChainDirectory, func(_ context.Context, _ pgx.Tx, m *anchorv1.MemberRegisteredOnLedger) (string, error) {
			return wire.MemberID(m.GetMember()), nil
		})
}
