package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/signing"
)

// RevokeSourceKey implements the RPC.
func (s *SourceKeyService) RevokeSourceKey(ctx context.Context, req *ingestv1.RevokeSourceKeyRequest) (*ingestv1.RevokeSourceKeyResponse, error) {
	id, err := signing.ParseKeyID(strings.TrimPrefix(req.GetName(), "sourceKeys/"))
	if err != nil {
		return nil, apperr.InvalidField("name", "not a name of the form sourceKeys/{id}")
	}
	return postgres.Once(ctx, s.store, "RevokeSourceKey", req, &ingestv1.RevokeSourceKeyResponse{},
		func(tx postgres.Tx) (*ingestv1.RevokeSourceKeyResponse, error) {
			key, err := s.ingest.RevokeKey(ctx, tx, authn.FromContext(ctx).Member, id, req.GetReason())
			if err != nil {
				return nil, err
			}
			return &ingestv1.RevokeSourceKeyResponse{Key: wire.FromSourceKey(key)}, nil
		})
}
