package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// ListTransfers implements pcc.settlement.v1.LedgerService. A page token holds the number of the last transfer shown.
func (s *Ledger) ListTransfers(ctx context.Context, req *settlementv1.ListTransfersRequest) (*settlementv1.ListTransfersResponse, error) {
	last, _, err := aip.DecodePageToken[int64](transfers, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	found, err := s.Ledger.Transfers(ctx, last, size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(found, size, transfers, func(t settlement.PostedTransfer) int64 { return t.Seq })
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.ListTransfersResponse{NextPageToken: next}
	for _, t := range page {
		resp.Transfers = append(resp.Transfers, transferMessage(t))
	}
	return resp, nil
}
