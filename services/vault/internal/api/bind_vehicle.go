package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// BindVehicle implements the RPC.
func (s *Server) BindVehicle(ctx context.Context, req *vaultv1.BindVehicleRequest) (*vaultv1.BindVehicleResponse, error) {
	bindings, err := s.vault.BindVehicles(ctx, []string{req.GetVin()})
	if err != nil {
		return nil, err
	}
	s.metrics.bound(ctx, bindings)
	b := bindings[0]
	if b.Err != nil {
		return nil, b.Err
	}
	return &vaultv1.BindVehicleResponse{Vehicle: nameOf(vehicles, b.Vehicle), Created: b.Created, Tag: b.Tag[:]}, nil
}
