package logserver

import (
	"context"
	"errors"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// maxLeavesBytes bounds the leaves of a page, but for its first.
const maxLeavesBytes = 4 << 20

// ListLeaves implements the RPC.
func (s *Server) ListLeaves(ctx context.Context, req *journalv1.ListLeavesRequest) (*journalv1.ListLeavesResponse, error) {
	caller := authn.FromContext(ctx).Member
	if member, ok := keeper.MemberOf(req.GetStream()); !ok || caller == "" || member != caller {
		return nil, ErrLogNotFound
	}
	scope := req.GetStream() + "/leaves"
	first, _, err := aip.DecodePageToken[uint64](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := min(aip.PageSize(req.GetPageSize()), journal.MaxPage-1) // and one more, to see whether there is one
	entries, err := journal.Entries(ctx, s.db, req.GetStream(), first, size+1)
	if errors.Is(err, journal.ErrInvalid) {
		return nil, aip.ErrInvalidPageToken
	}
	if err != nil {
		return nil, err
	}
	resp, bytes := &journalv1.ListLeavesResponse{}, 0
	for i := range entries {
		e := &entries[i]
		if bytes += len(e.Frame); i == size || i > 0 && bytes > maxLeavesBytes {
			resp.NextPageToken, err = aip.EncodePageToken(scope, e.Seq)
			break
		}
		resp.Leaves = append(resp.Leaves, &journalv1.Leaf{Sequence: int64(e.Seq), ListKey: e.Key[:], Leaf: e.Frame}) // #nosec G115 -- below 2^48
	}
	return resp, err
}
