package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// ListJournalLeaves implements the RPC.
func (s *IngestService) ListJournalLeaves(ctx context.Context, req *ingestv1.ListJournalLeavesRequest) (*ingestv1.ListJournalLeavesResponse, error) {
	member := authn.FromContext(ctx).Member
	scope := member + "/journalLeaves"
	first, _, err := aip.DecodePageToken[uint64](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	page, more, err := s.reader.Leaves(ctx, member, first, aip.PageSize(req.GetPageSize()))
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListJournalLeavesResponse{Leaves: make([]*ingestv1.JournalLeaf, len(page))}
	for i := range page {
		resp.Leaves[i] = &ingestv1.JournalLeaf{Position: positionToProto(&page[i].Position), Leaf: page[i].Frame, ListKey: page[i].ListKey[:]}
	}
	if more {
		resp.NextPageToken, err = aip.EncodePageToken(scope, page[len(page)-1].Position.Sequence+1)
	}
	return resp, err
}
