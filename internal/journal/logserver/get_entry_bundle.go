package logserver

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/pcc-platform/pcc/internal/journal"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// GetEntryBundle implements the RPC.
func (s *Server) GetEntryBundle(ctx context.Context, req *journalv1.GetEntryBundleRequest) (*journalv1.GetEntryBundleResponse, error) {
	if s.signer == nil {
		return nil, ErrLogNotFound
	}
	entries, err := journal.ReadEntries(ctx, s.db, req.GetStream(), req.GetIndex(), int(req.GetWidth()))
	if errors.Is(err, journal.ErrNotFound) {
		return nil, ErrTileNotFound
	}
	if err != nil {
		return nil, err
	}
	var bundle []byte
	for _, e := range entries {
		raw := e.Bytes()
		if len(raw) > math.MaxUint16 {
			return nil, fmt.Errorf("logserver: an entry of %d bytes", len(raw))
		}
		bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(raw))) // #nosec G115 -- checked above
		bundle = append(bundle, raw...)
	}
	return &journalv1.GetEntryBundleResponse{Bundle: bundle}, nil
}
