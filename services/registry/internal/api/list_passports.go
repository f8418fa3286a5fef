package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ListPassports implements pcc.registry.v1.PassportService.
func (s *Passports) ListPassports(ctx context.Context, req *registryv1.ListPassportsRequest) (*registryv1.ListPassportsResponse, error) {
	member := callerMember(ctx)
	passports, next, err := page(req, "passports/"+member, registry.Passport.Key,
		func(after registry.PassportKey, limit int) ([]registry.Passport, error) {
			if after.ID != "" && !wire.IsID(after.ID) { // a token is the caller's to forge
				return nil, aip.ErrInvalidPageToken
			}
			return s.Store.Passports(ctx, member, after, limit)
		})
	if err != nil {
		return nil, err
	}
	return &registryv1.ListPassportsResponse{Passports: wire.All(passports, wire.FromPassport), NextPageToken: next}, nil
}

// pageRequest is a list request.
type pageRequest interface {
	GetPageSize() int32
	GetPageToken() string
}

// page reads one page of a list. fetch returns at most limit items after a key, whose zero value is before the first.
func page[T, K any](req pageRequest, scope string, key func(T) K, fetch func(after K, limit int) ([]T, error)) ([]T, string, error) {
	after, _, err := aip.DecodePageToken[K](scope, req.GetPageToken())
	if err != nil {
		return nil, "", err
	}
	size := aip.PageSize(req.GetPageSize())
	items, err := fetch(after, size+1)
	if err != nil {
		return nil, "", err
	}
	return aip.Page(items, size, scope, key)
}
