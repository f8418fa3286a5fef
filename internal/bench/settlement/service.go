package settlement

import (
	"context"
	"fmt"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// service is the ledger behind gRPC.
type service struct {
	client settlementv1.LedgerServiceClient
}

// transfer makes one transfer a call.
func (s service) transfer(ctx context.Context, from, to string) (int, error) {
	return s.send(ctx, []*settlementv1.NewTransfer{newTransfer(from, to)})
}

// batch makes n transfers a call, of which those of a chain are linked.
func (s service) batch(n, chain int) caller {
	return func(ctx context.Context, draw func() (from, to string)) (int, error) {
		transfers := make([]*settlementv1.NewTransfer, n)
		for i := range transfers {
			transfers[i] = newTransfer(draw())
			transfers[i].Linked = i%chain != chain-1 && i != n-1
		}
		return s.send(ctx, transfers)
	}
}

func newTransfer(from, to string) *settlementv1.NewTransfer {
	return &settlementv1.NewTransfer{
		Name: "transfers/" + newID().String(), Description: "benchmark",
		Legs: []*settlementv1.Leg{{Source: "accounts/" + from, Destination: "accounts/" + to, Amount: "0.0001"}},
	}
}

func (s service) send(ctx context.Context, transfers []*settlementv1.NewTransfer) (int, error) {
	resp, err := s.client.CreateTransfers(ctx, &settlementv1.CreateTransfersRequest{Transfers: transfers})
	if err != nil {
		return 0, err
	}
	for _, r := range resp.GetResults() {
		if r.GetOutcome() != settlementv1.TransferOutcome_TRANSFER_OUTCOME_CREATED {
			return 0, fmt.Errorf("bench: a transfer was refused: %s", r.GetReason())
		}
	}
	return len(transfers), nil
}
