package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// RecordConsent implements the RPC.
func (s *Consents) RecordConsent(ctx context.Context, req *accessv1.RecordConsentRequest) (*accessv1.RecordConsentResponse, error) {
	passport, policy, _, err := policyName(req.GetParent())
	if err != nil {
		return nil, err
	}
	c, err := s.Rules.RecordConsent(ctx, callerMember(ctx), passport, policy, req.GetSignedText())
	if err != nil {
		return nil, err
	}
	return &accessv1.RecordConsentResponse{Consent: fromConsent(passport)(c)}, nil
}
