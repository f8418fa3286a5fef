package api

import (
	"context"

	"github.com/google/uuid"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// MatchVehicles implements the RPC.
func (s *Server) MatchVehicles(ctx context.Context, req *vaultv1.MatchVehiclesRequest) (*vaultv1.MatchVehiclesResponse, error) {
	var after uuid.UUID
	var err error
	if req.GetAfter() != "" {
		if after, err = idOf(req.GetAfter(), vehicles, "after"); err != nil {
			return nil, err
		}
	}
	found, next, err := s.vault.MatchVehicles(ctx, statedRanges(req.GetRanges()), after)
	if err != nil {
		return nil, err
	}
	resp := &vaultv1.MatchVehiclesResponse{Vehicles: make([]string, len(found))}
	for i, id := range found {
		resp.Vehicles[i] = nameOf(vehicles, id)
	}
	if next != uuid.Nil {
		resp.NextAfter = nameOf(vehicles, next)
	}
	return resp, nil
}
