package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// RevokeDeviceToken implements pcc.registry.v1.DeviceService.
func (s *Devices) RevokeDeviceToken(ctx context.Context, req *registryv1.RevokeDeviceTokenRequest) (*registryv1.RevokeDeviceTokenResponse, error) {
	passport, id, err := wire.DeviceTokenID(req.GetName())
	if err != nil {
		return nil, err
	}
	unwanted := registry.DeviceToken{
		ID: id, Member: callerMember(ctx), Passport: passport, RevokedBy: authn.FromContext(ctx).Subject(),
	}
	return postgres.Once(ctx, s.Store, "RevokeDeviceToken", req, &registryv1.RevokeDeviceTokenResponse{},
		func(tx postgres.Tx) (*registryv1.RevokeDeviceTokenResponse, error) {
			revoked, err := s.Rules.RevokeDeviceToken(ctx, tx, s.Accounts, unwanted)
			if err != nil {
				return nil, err
			}
			return &registryv1.RevokeDeviceTokenResponse{DeviceToken: wire.FromDeviceToken(revoked)}, nil
		})
}
