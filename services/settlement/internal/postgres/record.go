package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/journal/fact"
	"github.com/pcc-platform/pcc/internal/journal/outbox"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ledgerStream is the stream of all transfers. There is one, because a transfer is of several members, and the books are of all.
const ledgerStream = "settlement/ledger"

// record has the journal take a transfer. It goes through the outbox: all transfers are in one stream, and its lock would let one hold
// commit after the other whose accounts have nothing in common.
func record(ctx context.Context, tx pgx.Tx, t settlement.Transfer, at time.Time) error {
	journaled := &settlementv1.JournaledTransfer{
		Transfer: "transfers/" + t.ID, Kind: string(t.Kind), InputHash: t.InputHash[:], CreateTime: timestamppb.New(at),
	}
	for _, p := range t.Postings {
		journaled.Postings = append(journaled.Postings, &settlementv1.JournaledPosting{Account: string(p.Account), Amount: int64(p.Amount)})
	}
	leaf, err := fact.Leaf(journaled)
	if err != nil {
		return err
	}
	return outbox.Put(ctx, tx, ledgerStream, leaf)
}
