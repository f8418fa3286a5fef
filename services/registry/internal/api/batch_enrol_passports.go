package api

import (
	"context"
	"fmt"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// BatchEnrolPassports implements pcc.registry.v1.PassportService.
func (s *Passports) BatchEnrolPassports(ctx context.Context, req *registryv1.BatchEnrolPassportsRequest) (*registryv1.BatchEnrolPassportsResponse, error) {
	enrolments := make([]registry.Enrolment, len(req.GetPassports()))
	for i, p := range req.GetPassports() {
		e, err := s.enrolment(p, fmt.Sprintf("passports[%d]", i))
		if err != nil {
			return nil, err
		}
		enrolments[i] = e
	}
	bound, err := s.Rules.BoundVehicles(ctx, enrolments)
	if err != nil {
		return nil, err
	}
	return postgres.Once(ctx, s.Store, "BatchEnrolPassports", req, &registryv1.BatchEnrolPassportsResponse{},
		func(tx postgres.Tx) (*registryv1.BatchEnrolPassportsResponse, error) {
			outcomes, err := s.Rules.Enrol(ctx, tx, callerMember(ctx), enrolments, bound)
			if err != nil {
				return nil, err
			}
			return &registryv1.BatchEnrolPassportsResponse{Results: wire.All(outcomes, fromOutcome)}, nil
		})
}

func fromOutcome(o registry.Outcome) *registryv1.EnrolmentResult {
	result := &registryv1.EnrolmentResult{}
	if o.Refusal != nil {
		result.Reason = o.Refusal.Reason
	}
	if o.Passport.ID != "" {
		result.Passport = wire.FromPassport(o.Passport)
	}
	return result
}
