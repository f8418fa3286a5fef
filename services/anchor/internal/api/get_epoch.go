package api

import (
	"context"
	"strconv"

	"github.com/pcc-platform/pcc/internal/aip"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/services/anchor"
)

// GetEpoch returns one epoch.
func (s *Server) GetEpoch(ctx context.Context, req *anchorv1.GetEpochRequest) (*anchorv1.GetEpochResponse, error) {
	id, err := aip.ID(req.GetName(), collection, "name")
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, anchor.ErrEpochNotFound // 19 digits can be beyond any number there is
	}
	epoch, err := s.service.Epoch(ctx, uint64(number))
	if err != nil {
		return nil, err
	}
	return &anchorv1.GetEpochResponse{Epoch: toProto(epoch)}, nil
}
