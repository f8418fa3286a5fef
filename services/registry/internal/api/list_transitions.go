package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ListTransitions implements pcc.registry.v1.PassportService.
func (s *Passports) ListTransitions(ctx context.Context, req *registryv1.ListTransitionsRequest) (*registryv1.ListTransitionsResponse, error) {
	passport, err := s.existing(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	transitions, next, err := page(req, "transitions/"+passport, func(t registry.Transition) int64 { return t.Revision },
		func(after int64, limit int) ([]registry.Transition, error) {
			return s.Store.Transitions(ctx, passport, after, limit)
		})
	if err != nil {
		return nil, err
	}
	return &registryv1.ListTransitionsResponse{Transitions: wire.All(transitions, wire.FromTransition), NextPageToken: next}, nil
}

// existing returns the id of a passport that exists, so that the list of what none has is an error and not empty.
func (s *Passports) existing(ctx context.Context, name string) (string, error) {
	id, err := wire.PassportID(name)
	if err != nil {
		return "", err
	}
	_, err = s.Store.Passport(ctx, id)
	return id, err
}
