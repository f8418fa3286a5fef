package api

import (
	"context"
	"fmt"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// everyPassport is the parent of the tokens of all passports.
const everyPassport = "passports/-"

// ListDeviceTokens implements pcc.registry.v1.DeviceService.
func (s *Devices) ListDeviceTokens(ctx context.Context, req *registryv1.ListDeviceTokensRequest) (*registryv1.ListDeviceTokensResponse, error) {
	filter := registry.DeviceTokenFilter{Member: callerMember(ctx)}
	if req.GetParent() != everyPassport {
		p, err := wire.PassportID(req.GetParent())
		if err != nil {
			return nil, err
		}
		if _, err := s.Store.Passport(ctx, p); err != nil {
			return nil, err
		}
		filter.Passport = p
	}
	if req.GetOnlyValid() {
		filter.ValidAt = s.Now()
	}
	scope := fmt.Sprintf("deviceTokens/%s/%s/%t", filter.Member, filter.Passport, req.GetOnlyValid())
	tokens, next, err := page(req, scope, registry.DeviceToken.Key,
		func(after registry.DeviceTokenKey, limit int) ([]registry.DeviceToken, error) {
			return s.Store.DeviceTokens(ctx, filter, after, limit)
		})
	if err != nil {
		return nil, err
	}
	return &registryv1.ListDeviceTokensResponse{DeviceTokens: wire.All(tokens, wire.FromDeviceToken), NextPageToken: next}, nil
}
