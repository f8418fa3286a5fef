package api

import (
	"context"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// GetTile implements the RPC.
func (s *JournalService) GetTile(ctx context.Context, req *ingestv1.GetTileRequest) (*ingestv1.GetTileResponse, error) {
	hashes, err := s.logs.Tile(ctx, req.GetStream(), int(req.GetLevel()), req.GetIndex(), int(req.GetWidth()))
	if err != nil {
		return nil, err
	}
	return &ingestv1.GetTileResponse{Hashes: hashes}, nil
}
