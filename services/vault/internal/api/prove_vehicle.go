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
	response := &vaultv1.ProveVehicleResponse{Vehicle: nameOf(vehicles, v.ID), Tag: tag[:], Blind: proof.Blind, TagKey: proof.Key}
	for _, p := range proof.Parts {
		response.Parts = append(response.Parts, &vaultv1.TagPart{Index: int32(p.Index), Key: p.Key, Evaluation: p.Evaluation, Proof: p.Proof})
	}
	return response, nil
}
