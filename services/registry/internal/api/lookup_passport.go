package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// LookupPassport implements pcc.registry.v1.PassportService.
func (s *Passports) LookupPassport(ctx context.Context, req *registryv1.LookupPassportRequest) (*registryv1.LookupPassportResponse, error) {
	vehicle, err := wire.VehicleID(req.GetVehicle(), "vehicle")
	if err != nil {
		return nil, registry.ErrPassportNotFound // what is no handle has no passport
	}
	p, err := s.Store.PassportOf(ctx, vehicle)
	if err != nil {
		return nil, err
	}
	return &registryv1.LookupPassportResponse{Passport: wire.FromPassport(p)}, nil
}
