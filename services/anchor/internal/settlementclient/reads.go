// Package settlementclient tells package anchor about paid reads: settlement's VerifyRead.
package settlementclient

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// Reads implements anchor.Reads.
type Reads struct {
	client settlementv1.SettlementServiceClient
}

// New returns the reads behind a connection to settlement.
func New(conn grpc.ClientConnInterface) *Reads {
	return &Reads{client: settlementv1.NewSettlementServiceClient(conn)}
}

// Verify returns settlement's READ_NOT_FOUND unless payer has paid to read the passport.
func (r *Reads) Verify(ctx context.Context, read, payer, passport string) error {
	_, err := r.client.VerifyRead(ctx, &settlementv1.VerifyReadRequest{Name: read, Payer: payer, Passport: passport})
	if err != nil {
		return fmt.Errorf("anchor: verify read: %w", err)
	}
	return nil
}
