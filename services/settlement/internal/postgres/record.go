package postgres

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/fact"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// leavesOf are the journal's leaves of transfers. They go through its outbox: all transfers are in one stream, and its lock would let one
// hold commit after the other whose accounts have nothing in common.
func leavesOf(at time.Time, transfers []settlement.Transfer) ([]journal.Leaf, error) {
	leaves := make([]journal.Leaf, len(transfers))
	for i, t := range transfers {
		journaled := &settlementv1.JournaledTransfer{
			Transfer: "transfers/" + t.ID, Kind: string(t.Kind), InputHash: t.InputHash[:], CreateTime: timestamppb.New(at),
		}
		if !t.ValueTime.IsZero() {
			journaled.ValueTime = timestamppb.New(t.ValueTime)
		}
		for _, p := range t.Postings {
			journaled.Postings = append(journaled.Postings, &settlementv1.JournaledPosting{Account: string(p.Account), Amount: int64(p.Amount)})
		}
		var err error
		if leaves[i], err = fact.Leaf(journaled); err != nil {
			return nil, err
		}
	}
	return leaves, nil
}
