package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// ListConsents implements the RPC.
func (s *Consents) ListConsents(ctx context.Context, req *accessv1.ListConsentsRequest) (*accessv1.ListConsentsResponse, error) {
	passport, policy, _, err := policyName(req.GetParent())
	if err != nil {
		return nil, err
	}
	member := callerMember(ctx)
	scope := req.GetParent() + "/" + member
	after, _, err := aip.DecodePageToken[access.ConsentKey](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	found, err := s.Rules.Consents(ctx, member, passport, policy, after, size+1)
	if err != nil {
		return nil, err
	}
	page, next, err := aip.Page(found, size, scope, access.Consent.Key)
	return &accessv1.ListConsentsResponse{Consents: all(page, fromConsent(passport)), NextPageToken: next}, err
}
