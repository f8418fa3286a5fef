package api

import (
	"context"

	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// RecoverPolicy implements the RPC.
func (s *Policies) RecoverPolicy(ctx context.Context, req *accessv1.RecoverPolicyRequest) (*accessv1.RecoverPolicyResponse, error) {
	passport, id, _, err := policyName(req.GetName())
	if err != nil {
		return nil, err
	}
	p, err := s.Rules.Change(ctx, passport, id, rules.Recover, req.GetNext().GetText(), req.GetNext().GetSignatures())
	if err != nil {
		return nil, err
	}
	policy, err := fromPolicy(p)
	return &accessv1.RecoverPolicyResponse{Policy: policy}, err
}
