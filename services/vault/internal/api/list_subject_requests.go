package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// ListSubjectRequests implements the RPC.
func (s *SubjectServer) ListSubjectRequests(ctx context.Context, req *vaultv1.ListSubjectRequestsRequest) (*vaultv1.ListSubjectRequestsResponse, error) {
	member := authn.FromContext(ctx).Member
	scope := member + "/" + subjectRequests
	if req.GetIncludeEnded() {
		scope += "/all"
	}
	after, _, err := aip.DecodePageToken[vault.RequestKey](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	page, err := s.Desk.Store.Requests(ctx, member, after, req.GetIncludeEnded(), size+1)
	if err != nil {
		return nil, err
	}
	resp := &vaultv1.ListSubjectRequestsResponse{}
	if len(page) > size {
		page = page[:size]
		last := page[size-1]
		if resp.NextPageToken, err = aip.EncodePageToken(scope, vault.RequestKey{DueTime: last.DueTime, ID: last.ID}); err != nil {
			return nil, err
		}
	}
	for _, r := range page {
		resp.SubjectRequests = append(resp.SubjectRequests, s.request(r))
	}
	return resp, nil
}
