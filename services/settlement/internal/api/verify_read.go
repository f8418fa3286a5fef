package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/aip"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// VerifyRead implements the RPC.
func (s *Server) VerifyRead(ctx context.Context, req *settlementv1.VerifyReadRequest) (*settlementv1.VerifyReadResponse, error) {
	id, err := readIDOf(req.GetName())
	if err != nil {
		return nil, err
	}
	payer, err := aip.ID(req.GetPayer(), members, "payer")
	if err != nil {
		return nil, err
	}
	passport, err := uuidOf(req.GetPassport(), passports, "passport")
	if err != nil {
		return nil, err
	}
	read, err := s.ledger.VerifyRead(ctx, id, payer, passport)
	if err != nil {
		return nil, err
	}
	return &settlementv1.VerifyReadResponse{Read: readMessage(read)}, nil
}
