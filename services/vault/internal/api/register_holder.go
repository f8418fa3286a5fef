package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// RegisterHolder implements the RPC.
func (s *Server) RegisterHolder(ctx context.Context, req *vaultv1.RegisterHolderRequest) (*vaultv1.RegisterHolderResponse, error) {
	vehicle, err := idOf(req.GetVehicle(), vehicles, "vehicle")
	if err != nil {
		return nil, err
	}
	identity, err := identityFrom(req.GetIdentity())
	if err != nil {
		return nil, err
	}
	member := authn.FromContext(ctx).Member
	return s.registrar.RegisterOnce(ctx, req, func(tx vault.Tx) (*vaultv1.RegisterHolderResponse, error) {
		id, err := s.vault.RegisterHolder(ctx, tx, member, vehicle, identity)
		if err != nil {
			return nil, err
		}
		return &vaultv1.RegisterHolderResponse{Name: nameOf(holders, id)}, nil
	})
}
