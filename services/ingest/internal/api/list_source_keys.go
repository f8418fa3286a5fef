package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// ListSourceKeys implements the RPC.
func (s *SourceKeyService) ListSourceKeys(ctx context.Context, req *ingestv1.ListSourceKeysRequest) (*ingestv1.ListSourceKeysResponse, error) {
	caller := authn.FromContext(ctx).Member
	scope := "sourceKeys/" + caller + "/" + req.GetParent()
	after, _, err := aip.DecodePageToken[[]byte](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	keys, err := s.keysOf(ctx, req.GetParent(), caller, after, size+1)
	if err != nil {
		return nil, err
	}
	keys, next, err := aip.Page(keys, size, scope, func(k ingest.SourceKey) []byte { return k.ID[:] })
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListSourceKeysResponse{NextPageToken: next}
	for _, k := range keys {
		resp.Keys = append(resp.Keys, wire.FromSourceKey(k))
	}
	return resp, nil
}

func (s *SourceKeyService) keysOf(ctx context.Context, parent, caller string, after []byte, limit int) ([]ingest.SourceKey, error) {
	if member, ok := strings.CutPrefix(parent, "members/"); ok {
		return s.store.MemberKeys(ctx, member, caller, after, limit)
	}
	passport, err := passportID(parent, "parent")
	if err != nil {
		return nil, err
	}
	return s.store.VehicleKeys(ctx, passport, after, limit)
}
