package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// WithdrawConsent implements the RPC.
func (s *Consents) WithdrawConsent(ctx context.Context, req *accessv1.WithdrawConsentRequest) (*accessv1.WithdrawConsentResponse, error) {
	passport, policy, hash, err := childName(req.GetName(), access.ErrConsentNotFound)
	if err != nil {
		return nil, err
	}
	w := req.GetWithdrawal()
	c, err := s.Rules.WithdrawConsent(ctx, callerMember(ctx), policy, hash, w.GetText(), w.GetSignatures())
	if err != nil {
		return nil, err
	}
	return &accessv1.WithdrawConsentResponse{Consent: fromConsent(passport)(c)}, nil
}
