package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// WithdrawConsent implements the RPC.
func (s *SubjectServer) WithdrawConsent(ctx context.Context, req *vaultv1.WithdrawConsentRequest) (*vaultv1.WithdrawConsentResponse, error) {
	id, err := idOf(req.GetName(), consents, "name")
	if err != nil {
		return nil, vault.ErrConsentNotFound // no consent has such a name
	}
	c, withdrawal, err := s.Desk.WithdrawConsent(ctx, authn.FromContext(ctx).Member, id)
	if err != nil {
		return nil, err
	}
	return &vaultv1.WithdrawConsentResponse{Consent: consentMessage(c), Withdrawal: withdrawal}, nil
}
