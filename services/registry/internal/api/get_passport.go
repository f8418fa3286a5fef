package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// GetPassport implements pcc.registry.v1.PassportService.
func (s *Passports) GetPassport(ctx context.Context, req *registryv1.GetPassportRequest) (*registryv1.GetPassportResponse, error) {
	id, err := wire.PassportID(req.GetName())
	if err != nil {
		return nil, err
	}
	p, err := s.Store.Passport(ctx, id)
	if err != nil {
		return nil, err
	}
	return &registryv1.GetPassportResponse{Passport: wire.FromPassport(p)}, nil
}
