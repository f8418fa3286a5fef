package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// LookupVehicle implements the RPC.
func (s *Server) LookupVehicle(ctx context.Context, req *vaultv1.LookupVehicleRequest) (*vaultv1.LookupVehicleResponse, error) {
	v, err := s.vault.LookupVehicle(ctx, req.GetVin())
	if err != nil {
		return nil, err
	}
	tag := v.Tag.Public()
	return &vaultv1.LookupVehicleResponse{Vehicle: nameOf(vehicles, v.ID), Tag: tag[:]}, nil
}
