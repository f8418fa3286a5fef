package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// AcceptOwnershipTransfer implements pcc.registry.v1.PassportService.
func (s *Passports) AcceptOwnershipTransfer(ctx context.Context, req *registryv1.AcceptOwnershipTransferRequest) (*registryv1.AcceptOwnershipTransferResponse, error) {
	passport, transfer, err := wire.TransferID(req.GetName())
	if err != nil {
		return nil, err
	}
	a := registry.Acceptance{Passport: passport, Transfer: transfer, Code: req.GetAcceptanceCode(), Member: callerMember(ctx)}
	if err := s.Store.InTx(ctx, func(tx postgres.Tx) (err error) {
		a.Attempt, err = s.Rules.SpendAttempt(ctx, tx, passport, transfer)
		return err
	}); err != nil {
		return nil, err
	}
	return postgres.Once(ctx, s.Store, "AcceptOwnershipTransfer", req, &registryv1.AcceptOwnershipTransferResponse{},
		func(tx postgres.Tx) (*registryv1.AcceptOwnershipTransferResponse, error) {
			t, err := s.Rules.AcceptTransfer(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			return &registryv1.AcceptOwnershipTransferResponse{Transfer: wire.FromTransfer(t)}, nil
		})
}
