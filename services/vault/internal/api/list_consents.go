package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// ListConsents implements the RPC.
func (s *SubjectServer) ListConsents(ctx context.Context, req *vaultv1.ListConsentsRequest) (*vaultv1.ListConsentsResponse, error) {
	holder, err := idOf(req.GetHolder(), holders, "holder")
	if err != nil {
		return nil, vault.ErrHolderNotFound // no holder has such a name
	}
	found, err := s.Desk.Consents(ctx, authn.FromContext(ctx).Member, holder)
	if err != nil {
		return nil, err
	}
	resp := &vaultv1.ListConsentsResponse{Consents: make([]*vaultv1.Consent, len(found))}
	for i, c := range found {
		resp.Consents[i] = consentMessage(c)
	}
	return resp, nil
}
