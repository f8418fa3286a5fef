// Package settlementclient sells reads through settlement.
package settlementclient

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// Client implements registry.Ledger.
type Client struct {
	settlement settlementv1.SettlementServiceClient
}

var _ registry.Ledger[*settlementv1.Read] = Client{}

// New returns a client over a connection to settlement.
func New(conn grpc.ClientConnInterface) Client {
	return Client{settlement: settlementv1.NewSettlementServiceClient(conn)}
}

// Hold sets the price of a product aside on the payer's account.
func (c Client) Hold(ctx context.Context, product string, r registry.ReportRequest) (registry.Read[*settlementv1.Read], error) {
	resp, err := c.settlement.HoldRead(ctx, &settlementv1.HoldReadRequest{
		RequestId: r.RequestID, Payer: wire.MemberName(r.Payer), Product: product,
		Passport: wire.PassportName(r.Passport), MaxPrice: r.MaxPrice, Quote: r.Quote, AllowCredit: r.AllowCredit,
	})
	if err != nil {
		return registry.Read[*settlementv1.Read]{}, fmt.Errorf("settlementclient: hold: %w", err)
	}
	return toRead(resp.GetRead())
}

// Capture pays a held read out to its contributors.
func (c Client) Capture(ctx context.Context, read string, contributions []registry.Contribution) (registry.Read[*settlementv1.Read], error) {
	resp, err := c.settlement.CaptureRead(ctx, &settlementv1.CaptureReadRequest{
		Name: read,
		Contributions: wire.All(contributions, func(k registry.Contribution) *settlementv1.Contribution {
			return &settlementv1.Contribution{Member: wire.MemberName(k.Member), Field: k.Field, Quality: int32(k.Quality)} //nolint:gosec // an index
		}),
	})
	if err != nil {
		return registry.Read[*settlementv1.Read]{}, fmt.Errorf("settlementclient: capture: %w", err)
	}
	return toRead(resp.GetRead())
}

// Void gives a hold back.
func (c Client) Void(ctx context.Context, read string) error {
	if _, err := c.settlement.VoidRead(ctx, &settlementv1.VoidReadRequest{Name: read}); err != nil {
		return fmt.Errorf("settlementclient: void: %w", err)
	}
	return nil
}

func toRead(r *settlementv1.Read) (registry.Read[*settlementv1.Read], error) {
	out := registry.Read[*settlementv1.Read]{Name: r.GetName(), Receipt: r}
	switch r.GetState() {
	case settlementv1.ReadState_READ_STATE_HELD:
		out.State = registry.ReadHeld
	case settlementv1.ReadState_READ_STATE_CAPTURED:
		out.State, out.CaptureTime = registry.ReadCaptured, r.GetCaptureTime().AsTime()
	case settlementv1.ReadState_READ_STATE_VOIDED:
		out.State = registry.ReadVoided
	default:
		return out, fmt.Errorf("settlementclient: read in the unknown state %s", r.GetState())
	}
	return out, nil
}
