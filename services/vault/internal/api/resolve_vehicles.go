package api

import (
	"context"

	"github.com/google/uuid"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// ResolveVehicles implements the RPC. What is not a vehicle's name is not bound.
func (s *Server) ResolveVehicles(ctx context.Context, req *vaultv1.ResolveVehiclesRequest) (*vaultv1.ResolveVehiclesResponse, error) {
	var ids []uuid.UUID
	for _, name := range req.GetVehicles() {
		if id, err := idOf(name, vehicles, "vehicles"); err == nil {
			ids = append(ids, id)
		}
	}
	bound, err := s.vault.ResolveVehicles(ctx, ids)
	if err != nil {
		return nil, err
	}
	resp := &vaultv1.ResolveVehiclesResponse{Vehicles: make([]string, len(bound)), Tags: make([][]byte, len(bound))}
	for i, v := range bound {
		tag := v.Tag.Public()
		resp.Vehicles[i], resp.Tags[i] = nameOf(vehicles, v.ID), tag[:]
	}
	return resp, nil
}
