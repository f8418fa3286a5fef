package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ListRecalls implements pcc.registry.v1.RecallService.
func (s *Recalls) ListRecalls(ctx context.Context, req *registryv1.ListRecallsRequest) (*registryv1.ListRecallsResponse, error) {
	member := callerMember(ctx)
	recalls, next, err := page(req, "recalls/"+member, registry.Recall.Key,
		func(before registry.RecallKey, limit int) ([]registry.Recall, error) {
			if before.ID != "" && !wire.IsID(before.ID) { // a token is the caller's to forge
				return nil, aip.ErrInvalidPageToken
			}
			return s.Store.Recalls(ctx, member, before, limit)
		})
	if err != nil {
		return nil, err
	}
	return &registryv1.ListRecallsResponse{NextPageToken: next, Recalls: wire.All(recalls, func(r registry.Recall) *registryv1.Recall {
		r.Ranges, r.PartNumbers = nil, nil // up to half a megabyte each: GetRecall has them
		return wire.FromRecall(r)
	})}, nil
}
