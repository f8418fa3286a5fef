package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ProposeOwnershipTransfer implements pcc.registry.v1.PassportService. The code joins the answer after the transaction,
// so that it is in no record of the request: a repeated call gets the transfer without it.
func (s *Passports) ProposeOwnershipTransfer(ctx context.Context, req *registryv1.ProposeOwnershipTransferRequest) (*registryv1.ProposeOwnershipTransferResponse, error) {
	passport, err := wire.PassportID(req.GetParent())
	if err != nil {
		return nil, err
	}
	var code string
	resp, err := postgres.Once(ctx, s.Store, "ProposeOwnershipTransfer", req, &registryv1.ProposeOwnershipTransferResponse{},
		func(tx postgres.Tx) (*registryv1.ProposeOwnershipTransferResponse, error) {
			t, secret, err := s.Rules.ProposeTransfer(ctx, tx, passport, callerMember(ctx))
			if err != nil {
				return nil, err
			}
			code = secret
			return &registryv1.ProposeOwnershipTransferResponse{Transfer: wire.FromTransfer(t)}, nil
		})
	if err != nil {
		return nil, err
	}
	resp.AcceptanceCode = code
	return resp, nil
}
