// Package events publishes what the ledger did and consumes what it has to do.
package events

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/messaging"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// PublishMemberAccountsOpened tells that a member's accounts exist.
func PublishMemberAccountsOpened(ctx context.Context, tx pgx.Tx, e settlement.MemberAccountsOpened) error {
	return messaging.Enqueue(ctx, tx, &settlementv1.MemberAccountsOpened{Member: "members/" + e.Member})
}
