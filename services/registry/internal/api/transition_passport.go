package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// TransitionPassport implements pcc.registry.v1.PassportService.
func (s *Passports) TransitionPassport(ctx context.Context, req *registryv1.TransitionPassportRequest) (*registryv1.TransitionPassportResponse, error) {
	id, err := wire.PassportID(req.GetName())
	if err != nil {
		return nil, err
	}
	step := registry.StepRequest{
		Passport: id, To: wire.ToLifeCycle(req.GetTo()), Reason: req.GetReason(),
		Member: callerMember(ctx), ETag: req.GetEtag(),
	}
	return postgres.Once(ctx, s.Store, "TransitionPassport", req, &registryv1.TransitionPassportResponse{},
		func(tx postgres.Tx) (*registryv1.TransitionPassportResponse, error) {
			p, err := s.Rules.Transition(ctx, tx, step)
			if err != nil {
				return nil, err
			}
			return &registryv1.TransitionPassportResponse{Passport: wire.FromPassport(p)}, nil
		})
}
