package api

import (
	"context"

	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// EvolvePolicy implements the RPC.
func (s *Policies) EvolvePolicy(ctx context.Context, req *accessv1.EvolvePolicyRequest) (*accessv1.EvolvePolicyResponse, error) {
	passport, id, _, err := policyName(req.GetName())
	if err != nil {
		return nil, err
	}
	p, err := s.Rules.Change(ctx, passport, id, rules.Evolve, req.GetNext().GetText(), req.GetNext().GetSignatures())
	if err != nil {
		return nil, err
	}
	policy, err := fromPolicy(p)
	return &accessv1.EvolvePolicyResponse{Policy: policy}, err
}
