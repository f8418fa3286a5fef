package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// DryRunPolicy implements the RPC.
func (s *Policies) DryRunPolicy(ctx context.Context, req *accessv1.DryRunPolicyRequest) (*accessv1.DryRunPolicyResponse, error) {
	passport, id, _, err := policyName(req.GetName())
	if err != nil {
		return nil, err
	}
	ways, complete, err := s.Rules.DryRun(ctx, passport, id, req.GetText())
	if err != nil {
		return nil, err
	}
	return &accessv1.DryRunPolicyResponse{Complete: complete, Ways: all(ways, func(w access.WayOfReading) *accessv1.WayOfReading {
		return &accessv1.WayOfReading{
			Class: string(w.Class), Identities: words(w.Way), PurposesNow: words(w.Now), PurposesThen: words(w.Then),
		}
	})}, nil
}

func words[S ~string](values []S) []string {
	return all(values, func(v S) string { return string(v) })
}
