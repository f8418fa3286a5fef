package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ListErasureNotices implements pcc.registry.v1.PurgeService.
func (s *Purges) ListErasureNotices(ctx context.Context, req *registryv1.ListErasureNoticesRequest) (*registryv1.ListErasureNoticesResponse, error) {
	notices, next, err := page(req, "erasureNotices", registry.ErasureNotice.Key, func(after int64, limit int) ([]registry.ErasureNotice, error) {
		return s.Store.ErasureNotices(ctx, after, limit)
	})
	if err != nil {
		return nil, err
	}
	return &registryv1.ListErasureNoticesResponse{
		ErasureNotices: wire.All(notices, func(n registry.ErasureNotice) *registryv1.ErasureNotice {
			return &registryv1.ErasureNotice{Passport: "passports/" + n.Passport, EraseTime: timestamppb.New(n.EraseTime)}
		}),
		NextPageToken: next,
	}, nil
}
