// Package purge asks the other services to delete what they hold of a vehicle's identity.
package purge

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/eventlist"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// callTimeout bounds one call: ingest looks through all refused events, and waits for its queue.
const callTimeout = time.Minute

// store asks one service.
type store func(ctx context.Context, tag eventlist.Tag, vin vault.VIN) ([]*vaultv1.PurgeReceipt, error)

// Purge implements vault.PurgeStore.
func (s store) Purge(ctx context.Context, tag eventlist.Tag, vin vault.VIN) ([]vault.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	given, err := s(ctx, tag, vin)
	if err != nil {
		return nil, err
	}
	receipts := make([]vault.Receipt, len(given))
	for i, r := range given {
		receipts[i] = vault.Receipt{Store: r.GetStore(), Purged: r.GetPurged(), Kept: r.GetKept(), Time: r.GetTime().AsTime()}
	}
	return receipts, nil
}

// Ingest asks ingest, which alone is told the VIN: refused events may hold it.
func Ingest(conn grpc.ClientConnInterface) vault.PurgeStore {
	client := ingestv1.NewPurgeServiceClient(conn)
	return store(func(ctx context.Context, tag eventlist.Tag, vin vault.VIN) ([]*vaultv1.PurgeReceipt, error) {
		resp, err := client.PurgeVehicle(ctx, &ingestv1.PurgeVehicleRequest{Tag: tag[:], Vin: vin.Reveal()})
		return resp.GetReceipts(), err
	})
}

// Registry asks the registry.
func Registry(conn grpc.ClientConnInterface) vault.PurgeStore {
	client := registryv1.NewPurgeServiceClient(conn)
	return store(func(ctx context.Context, tag eventlist.Tag, _ vault.VIN) ([]*vaultv1.PurgeReceipt, error) {
		resp, err := client.PurgeVehicle(ctx, &registryv1.PurgeVehicleRequest{Tag: tag[:]})
		return resp.GetReceipts(), err
	})
}
