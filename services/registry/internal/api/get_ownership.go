package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// GetOwnership implements pcc.registry.v1.PassportService.
func (s *Passports) GetOwnership(ctx context.Context, req *registryv1.GetOwnershipRequest) (*registryv1.GetOwnershipResponse, error) {
	passport, err := wire.PassportID(req.GetPassport())
	if err != nil {
		return nil, err
	}
	o, err := s.Store.Ownership(ctx, passport)
	if err != nil {
		return nil, err
	}
	return &registryv1.GetOwnershipResponse{
		Vehicle: wire.VehicleName(o.Vehicle), Period: int32(o.Period), Steward: wire.MemberName(o.Steward), //nolint:gosec // a count of holders
	}, nil
}
