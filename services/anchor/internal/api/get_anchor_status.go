package api

import (
	"context"

	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

// GetAnchorStatus says how far anchoring is and how high the chain.
func (s *Server) GetAnchorStatus(ctx context.Context, _ *anchorv1.GetAnchorStatusRequest) (*anchorv1.GetAnchorStatusResponse, error) {
	status, err := s.service.Status(ctx)
	if err != nil {
		return nil, err
	}
	return &anchorv1.GetAnchorStatusResponse{
		EpochsAnchored: int64(status.Anchored), EpochsPending: int64(status.Pending),
		LedgerHeight: int64(status.LedgerHeight), EntriesAnchored: int64(status.Entries),
		EndorsingMsps: status.EndorsingMSPs,
	}, nil
}
