package server_test

import (
	"context"
	"errors"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/testkit/stand"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// stores are the other services that an erasure asks.
type stores struct {
	ingestv1.UnimplementedPurgeServiceServer
	mu sync.Mutex
	// asked are the VINs that ingest was told, down whether it answers.
	asked []string
	down  bool
}

// serveStores serves ingest and the registry.
func serveStores(s *stand.Stand) *stores {
	fake := &stores{}
	s.Fake("ingest", func(server *grpc.Server) { ingestv1.RegisterPurgeServiceServer(server, fake) })
	s.Fake("registry", func(server *grpc.Server) { registryv1.RegisterPurgeServiceServer(server, registryStore{}) })
	return fake
}

func (s *stores) PurgeVehicle(_ context.Context, req *ingestv1.PurgeVehicleRequest) (*ingestv1.PurgeVehicleResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return nil, errors.New("ingest is away")
	}
	s.asked = append(s.asked, req.GetVin())
	return &ingestv1.PurgeVehicleResponse{Receipts: receipt("ingest/dead_letter", 2)}, nil
}

func (s *stores) setDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

type registryStore struct {
	registryv1.UnimplementedPurgeServiceServer
}

func (registryStore) PurgeVehicle(context.Context, *registryv1.PurgeVehicleRequest) (*registryv1.PurgeVehicleResponse, error) {
	return &registryv1.PurgeVehicleResponse{Receipts: receipt("registry/passport", 0)}, nil
}

func receipt(store string, purged int64) []*vaultv1.PurgeReceipt {
	return []*vaultv1.PurgeReceipt{{Store: store, Purged: purged, Time: timestamppb.Now()}}
}
