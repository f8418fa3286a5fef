package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/apperr"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// BatchBindVehicles implements the RPC.
func (s *Server) BatchBindVehicles(ctx context.Context, req *vaultv1.BatchBindVehiclesRequest) (*vaultv1.BatchBindVehiclesResponse, error) {
	bindings, err := s.vault.BindVehicles(ctx, req.GetVins())
	if err != nil {
		return nil, err
	}
	s.metrics.bound(ctx, bindings)
	results := make([]*vaultv1.BindResult, len(bindings))
	for i, b := range bindings {
		if b.Err != nil {
			results[i] = &vaultv1.BindResult{Reason: apperr.ReasonOf(b.Err)}
			continue
		}
		results[i] = &vaultv1.BindResult{Vehicle: nameOf(vehicles, b.Vehicle), Created: b.Created, Tag: b.Tag[:]}
	}
	return &vaultv1.BatchBindVehiclesResponse{Results: results}, nil
}
