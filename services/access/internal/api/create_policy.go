package api

import (
	"context"

	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// CreatePolicy implements the RPC.
func (s *Policies) CreatePolicy(ctx context.Context, req *accessv1.CreatePolicyRequest) (*accessv1.CreatePolicyResponse, error) {
	passport, err := passportID(req.GetParent())
	if err != nil {
		return nil, err
	}
	p, err := s.Rules.Create(ctx, passport, callerMember(ctx), rules.Identity(req.GetOwnerKey()))
	if err != nil {
		return nil, err
	}
	policy, err := fromPolicy(p)
	return &accessv1.CreatePolicyResponse{Policy: policy}, err
}
