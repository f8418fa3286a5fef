package api

import (
	"cmp"
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// OpenSubjectRequest implements the RPC.
func (s *SubjectServer) OpenSubjectRequest(ctx context.Context, req *vaultv1.OpenSubjectRequestRequest) (*vaultv1.OpenSubjectRequestResponse, error) {
	holder, err := idOf(req.GetHolder(), holders, "holder")
	if err != nil {
		return nil, vault.ErrHolderNotFound // no holder has such a name
	}
	p := authn.FromContext(ctx)
	asked := vault.SubjectRequest{
		Member: p.Member, Kind: kinds.word(req.GetKind()), Scope: cmp.Or(scopes.word(req.GetScope()), vault.ScopeHolder),
		Holder: holder, OpenedBy: p.Subject(),
	}
	if req.GetReceiveTime() != nil {
		asked.ReceiveTime = req.GetReceiveTime().AsTime()
	}
	return s.Opener.OpenOnce(ctx, req, func(tx vault.DeskTx) (*vaultv1.OpenSubjectRequestResponse, error) {
		opened, err := s.Desk.Open(ctx, tx, asked)
		if err != nil {
			return nil, err
		}
		return &vaultv1.OpenSubjectRequestResponse{SubjectRequest: s.request(opened)}, nil
	})
}
