// Package events publishes what anchoring did and consumes what it has to do.
package events

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/messaging"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/services/anchor"
)

// PublishEpochAnchored tells that an epoch is on the ledger.
func PublishEpochAnchored(ctx context.Context, tx pgx.Tx, number uint64, t anchor.Transaction) error {
	return messaging.Enqueue(ctx, tx, &anchorv1.EpochAnchored{
		Number: int64(number), TransactionId: t.ID, Block: int64(t.Block),
	})
}

func publishMemberRegistered(ctx context.Context, tx pgx.Tx, member, transactionID string) error {
	return messaging.Enqueue(ctx, tx, &anchorv1.MemberRegisteredOnLedger{Member: member, TransactionId: transactionID})
}
