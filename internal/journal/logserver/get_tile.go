package logserver

import (
	"context"
	"errors"

	"github.com/pcc-platform/pcc/internal/journal"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// GetTile implements the RPC.
func (s *Server) GetTile(ctx context.Context, req *journalv1.GetTileRequest) (*journalv1.GetTileResponse, error) {
	if s.signer == nil {
		return nil, ErrLogNotFound
	}
	hashes, err := journal.ReadTile(ctx, s.db, req.GetStream(), int(req.GetLevel()), req.GetIndex(), int(req.GetWidth()))
	if errors.Is(err, journal.ErrNotFound) {
		return nil, ErrTileNotFound
	}
	if err != nil {
		return nil, err
	}
	return &journalv1.GetTileResponse{Hashes: hashes}, nil
}
