package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/aip"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// GetRecall implements pcc.registry.v1.RecallService.
func (s *Recalls) GetRecall(ctx context.Context, req *registryv1.GetRecallRequest) (*registryv1.GetRecallResponse, error) {
	id, err := aip.ID(req.GetName(), "recalls", "name")
	if err != nil {
		return nil, err
	}
	if uuid.Validate(id) != nil {
		return nil, registry.ErrRecallNotFound
	}
	found, err := s.Store.Recall(ctx, callerMember(ctx), id)
	if err != nil {
		return nil, err
	}
	return &registryv1.GetRecallResponse{Recall: wire.FromRecall(found)}, nil
}
