package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// ListPolicies implements the RPC.
func (s *Policies) ListPolicies(ctx context.Context, req *accessv1.ListPoliciesRequest) (*accessv1.ListPoliciesResponse, error) {
	passport, err := passportID(req.GetParent())
	if err != nil {
		return nil, err
	}
	found, err := s.Rules.List(ctx, passport)
	if err != nil {
		return nil, err
	}
	resp := &accessv1.ListPoliciesResponse{}
	for _, p := range found {
		policy, err := fromPolicy(p)
		if err != nil {
			return nil, err
		}
		resp.Policies = append(resp.Policies, policy)
	}
	return resp, nil
}
