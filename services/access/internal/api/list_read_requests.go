package api

import (
	"context"

	"github.com/pcc-platform/pcc/chaincode/model"
	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/aip"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// ListReadRequests implements the RPC.
func (s *ReadRequests) ListReadRequests(ctx context.Context, req *accessv1.ListReadRequestsRequest) (*accessv1.ListReadRequestsResponse, error) {
	passport, policy, _, err := policyName(req.GetParent())
	if err != nil {
		return nil, err
	}
	var after model.Hash
	token, more, err := aip.DecodePageToken[string](req.GetParent(), req.GetPageToken())
	if err != nil {
		return nil, err
	}
	if hash, ok := rules.ParseHash(token); ok {
		after = hash
	} else if more { // a token is the caller's to forge
		return nil, aip.ErrInvalidPageToken
	}
	found, next, err := s.Rules.Requests(ctx, callerMember(ctx), passport, policy, after)
	if err != nil {
		return nil, err
	}
	resp := &accessv1.ListReadRequestsResponse{}
	for _, read := range found {
		r, err := fromRead(read)
		if err != nil {
			return nil, err
		}
		resp.ReadRequests = append(resp.ReadRequests, r)
	}
	if !next.IsZero() {
		resp.NextPageToken, err = aip.EncodePageToken(req.GetParent(), next.String())
	}
	return resp, err
}
