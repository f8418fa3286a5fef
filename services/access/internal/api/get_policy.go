package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// GetPolicy implements the RPC.
func (s *Policies) GetPolicy(ctx context.Context, req *accessv1.GetPolicyRequest) (*accessv1.GetPolicyResponse, error) {
	passport, id, _, err := policyName(req.GetName())
	if err != nil {
		return nil, err
	}
	p, err := s.Rules.Get(ctx, passport, id, req.GetVersion())
	if err != nil {
		return nil, err
	}
	policy, err := fromPolicy(p)
	return &accessv1.GetPolicyResponse{Policy: policy}, err
}
