package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/authn"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// GetHolder implements the RPC.
func (s *Server) GetHolder(ctx context.Context, req *vaultv1.GetHolderRequest) (*vaultv1.GetHolderResponse, error) {
	id, err := idOf(req.GetName(), holders, "name")
	if err != nil {
		return nil, vault.ErrHolderNotFound // no holder has such a name
	}
	h, err := s.vault.Holder(ctx, authn.FromContext(ctx).Member, id)
	if err != nil {
		return nil, err
	}
	return &vaultv1.GetHolderResponse{
		Name: nameOf(holders, h.ID), Vehicle: nameOf(vehicles, h.Vehicle),
		Identity: identityMessage(h.Identity), CreateTime: timestamppb.New(h.CreateTime),
	}, nil
}
