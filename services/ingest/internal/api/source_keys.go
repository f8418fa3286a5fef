package api

import (
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
)

// SourceKeyService implements pcc.ingest.v1.SourceKeyService.
type SourceKeyService struct {
	ingestv1.UnimplementedSourceKeyServiceServer
	ingest *ingest.Service
	store  *postgres.Store
}

// NewSourceKeyService returns the handlers.
func NewSourceKeyService(s *ingest.Service, store *postgres.Store) *SourceKeyService {
	return &SourceKeyService{ingest: s, store: store}
}
