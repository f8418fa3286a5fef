package api

import (
	"context"
	"math"

	"github.com/pcc-platform/pcc/internal/aip"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/services/anchor"
)

// maxPage is below the platform's: a record can have 200 KiB, and a page has to fit one answer.
const maxPage = 50

// ListEpochs lists epochs, newest first; the page token holds the number of the last one shown.
func (s *Server) ListEpochs(ctx context.Context, req *anchorv1.ListEpochsRequest) (*anchorv1.ListEpochsResponse, error) {
	before, resumed, err := aip.DecodePageToken[uint64](collection, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	if !resumed {
		before = math.MaxInt64
	}
	size := min(aip.PageSize(req.GetPageSize()), maxPage)
	epochs, err := s.service.Epochs(ctx, before, size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(epochs, size, collection, anchor.Epoch.Number)
	if err != nil {
		return nil, err
	}
	resp := &anchorv1.ListEpochsResponse{NextPageToken: next}
	for _, epoch := range page {
		resp.Epochs = append(resp.Epochs, toProto(epoch))
	}
	return resp, nil
}
