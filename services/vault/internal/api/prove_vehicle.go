package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// ProveVehicle implements the RPC.
func (s *Server) ProveVehicle(ctx context.Context, req *vaultv1.ProveVehicleRequest) (*vaultv1.ProveVehicleResponse, error) {
	v, proof, err := s.vault.ProveVehicle(ctx, req.GetVin())
	if err != nil {
		return nil, err
	}
	tag := v.Tag.Public()
	return &vaultv1.ProveVehicleResponse{
		Vehicle: nameOf(vehicles, v.ID), Tag: tag[:],
		Blind: proof.Blind, Evaluation: proof.Evaluation, Proof: proof.Proof, TagKey: proof.Key,
	}, nil
}
