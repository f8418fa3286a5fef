package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// RegisterSourceKey implements the RPC.
func (s *SourceKeyService) RegisterSourceKey(ctx context.Context, req *ingestv1.RegisterSourceKeyRequest) (*ingestv1.RegisterSourceKeyResponse, error) {
	e := ingest.Enrolment{Source: req.GetSource(), PublicKey: req.GetPublicKey(), Proof: req.GetEnrolment()}
	if req.GetPassport() != "" {
		passport, err := passportID(req.GetPassport(), "passport")
		if err != nil {
			return nil, err
		}
		e.Passport = &passport
	}
	key, err := s.ingest.CheckEnrolment(ctx, authn.FromContext(ctx).Member, e)
	if err != nil {
		return nil, err
	}
	return postgres.Once(ctx, s.store, "RegisterSourceKey", req, &ingestv1.RegisterSourceKeyResponse{},
		func(tx postgres.Tx) (*ingestv1.RegisterSourceKeyResponse, error) {
			added, err := tx.AddSourceKey(ctx, key, e.Proof)
			if err != nil {
				return nil, err
			}
			return &ingestv1.RegisterSourceKeyResponse{Key: wire.FromSourceKey(added)}, nil
		})
}
