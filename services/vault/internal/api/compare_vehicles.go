package api

import (
	"context"

	"github.com/google/uuid"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// CompareVehicles implements the RPC.
func (s *Server) CompareVehicles(ctx context.Context, req *vaultv1.CompareVehiclesRequest) (*vaultv1.CompareVehiclesResponse, error) {
	ids := make([]uuid.UUID, len(req.GetVehicles()))
	for i, name := range req.GetVehicles() {
		id, err := idOf(name, vehicles, "vehicles")
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	sets := make([][]vault.StatedRange, len(req.GetSets()))
	for i, set := range req.GetSets() {
		sets[i] = statedRanges(set.GetRanges())
	}
	found, err := s.vault.CompareVehicles(ctx, ids, sets)
	if err != nil {
		return nil, err
	}
	resp := &vaultv1.CompareVehiclesResponse{Sets: make([]*vaultv1.ComparedSet, len(found))}
	for i, places := range found {
		set := &vaultv1.ComparedSet{Vehicles: make([]int32, len(places))}
		for j, place := range places {
			set.Vehicles[j] = int32(place) //nolint:gosec // at most vault.MaxBatch
		}
		resp.Sets[i] = set
	}
	return resp, nil
}
