package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// EnrolPassport implements pcc.registry.v1.PassportService.
func (s *Passports) EnrolPassport(ctx context.Context, req *registryv1.EnrolPassportRequest) (*registryv1.EnrolPassportResponse, error) {
	e, err := s.enrolment(req.GetPassport(), "passport")
	if err != nil {
		return nil, err
	}
	enrolments := []registry.Enrolment{e}
	bound, err := s.Rules.BoundVehicles(ctx, enrolments)
	if err != nil {
		return nil, err
	}
	return postgres.Once(ctx, s.Store, "EnrolPassport", req, &registryv1.EnrolPassportResponse{},
		func(tx postgres.Tx) (*registryv1.EnrolPassportResponse, error) {
			outcomes, err := s.Rules.Enrol(ctx, tx, callerMember(ctx), enrolments, bound)
			if err != nil {
				return nil, err
			}
			if refusal := outcomes[0].Refusal; refusal != nil {
				return nil, refusal.WithField("passport.vehicle")
			}
			return &registryv1.EnrolPassportResponse{Passport: wire.FromPassport(outcomes[0].Passport)}, nil
		})
}

// enrolment reads a passport to enrol, which stands at field in the request.
func (s *Passports) enrolment(p *registryv1.Passport, field string) (e registry.Enrolment, err error) {
	if e.Vehicle, err = wire.VehicleID(p.GetVehicle(), field+".vehicle"); err != nil {
		return e, err
	}
	e.Specification = wire.ToSpecification(p.GetSpecification())
	return e, s.Rules.CheckSpecification(e.Specification, field+".specification")
}
