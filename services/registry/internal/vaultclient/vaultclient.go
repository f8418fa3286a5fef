// Package vaultclient asks the vault about vehicles.
package vaultclient

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/eventlist"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// Client implements registry.Vehicles, registry.VehicleMatcher and registry.VehicleComparer.
type Client struct{ vault vaultv1.VaultServiceClient }

var (
	_ registry.Vehicles        = Client{}
	_ registry.VehicleMatcher  = Client{}
	_ registry.VehicleComparer = Client{}
)

// New returns a client over a connection to the vault.
func New(conn grpc.ClientConnInterface) Client {
	return Client{vault: vaultv1.NewVaultServiceClient(conn)}
}

// Bound returns the tags of those of up to registry.MaxBatch vehicles that a VIN is bound to.
func (c Client) Bound(ctx context.Context, vehicles []string) (map[string]eventlist.Tag, error) {
	resp, err := c.vault.ResolveVehicles(ctx, &vaultv1.ResolveVehiclesRequest{Vehicles: wire.All(vehicles, wire.VehicleName)})
	if err != nil {
		return nil, fmt.Errorf("vaultclient: resolve vehicles: %w", err)
	}
	if len(resp.GetTags()) != len(resp.GetVehicles()) {
		return nil, fmt.Errorf("vaultclient: %d tags of %d vehicles", len(resp.GetTags()), len(resp.GetVehicles()))
	}
	bound := make(map[string]eventlist.Tag, len(resp.GetVehicles()))
	for i, name := range resp.GetVehicles() {
		tag, err := eventlist.ParseTag(resp.GetTags()[i])
		if err != nil {
			return nil, fmt.Errorf("vaultclient: resolve vehicles: %w", err)
		}
		bound[strings.TrimPrefix(name, "vehicles/")] = tag
	}
	return bound, nil
}

// Match implements registry.VehicleMatcher.
func (c Client) Match(ctx context.Context, ranges []registry.VINRange, after string) ([]string, string, error) {
	resp, err := c.vault.MatchVehicles(ctx, &vaultv1.MatchVehiclesRequest{Ranges: wire.All(ranges, wire.FromVINRange), After: after})
	if err != nil {
		return nil, "", fmt.Errorf("vaultclient: match vehicles: %w", err)
	}
	vehicles := make([]string, len(resp.GetVehicles()))
	for i, name := range resp.GetVehicles() {
		vehicles[i] = strings.TrimPrefix(name, "vehicles/")
	}
	return vehicles, resp.GetNextAfter(), nil
}

// Compare implements registry.VehicleComparer.
func (c Client) Compare(ctx context.Context, vehicles []string, sets [][]registry.VINRange) ([][]int, error) {
	req := &vaultv1.CompareVehiclesRequest{Vehicles: wire.All(vehicles, wire.VehicleName)}
	for _, ranges := range sets {
		req.Sets = append(req.Sets, &vaultv1.VinRanges{Ranges: wire.All(ranges, wire.FromVINRange)})
	}
	resp, err := c.vault.CompareVehicles(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("vaultclient: compare vehicles: %w", err)
	}
	if len(resp.GetSets()) != len(sets) {
		return nil, fmt.Errorf("vaultclient: %d answers to %d sets", len(resp.GetSets()), len(sets))
	}
	return wire.All(resp.GetSets(), func(set *vaultv1.ComparedSet) []int {
		return wire.All(set.GetVehicles(), func(place int32) int { return int(place) })
	}), nil
}
