package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ListOwnershipPeriods implements pcc.registry.v1.PassportService.
func (s *Passports) ListOwnershipPeriods(ctx context.Context, req *registryv1.ListOwnershipPeriodsRequest) (*registryv1.ListOwnershipPeriodsResponse, error) {
	passport, err := s.existing(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	periods, next, err := page(req, "ownershipPeriods/"+passport, func(p registry.OwnershipPeriod) int { return p.Number },
		func(after, limit int) ([]registry.OwnershipPeriod, error) {
			return s.Store.Periods(ctx, passport, after, limit)
		})
	if err != nil {
		return nil, err
	}
	return &registryv1.ListOwnershipPeriodsResponse{Periods: wire.All(periods, wire.FromPeriod), NextPageToken: next}, nil
}
