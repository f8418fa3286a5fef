package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// RecordReceipt implements the RPC.
func (s *Server) RecordReceipt(ctx context.Context, req *settlementv1.RecordReceiptRequest) (*settlementv1.RecordReceiptResponse, error) {
	member, err := aip.ID(req.GetMember(), members, "member")
	if err != nil {
		return nil, err
	}
	amount, err := settlement.ParseAmount(req.GetAmount())
	if err != nil {
		return nil, err
	}
	recorded, err := s.ledger.RecordReceipt(ctx, settlement.Receipt{
		RequestID: strings.ToLower(req.GetRequestId()), BankReference: req.GetBankReference(), Member: member, Amount: amount,
		By: authn.FromContext(ctx).Subject(),
	})
	if err != nil {
		return nil, err
	}
	if recorded.TransferID == "" {
		return &settlementv1.RecordReceiptResponse{NeedsSecondPerson: true}, nil
	}
	return &settlementv1.RecordReceiptResponse{
		Transfer: nameOf(transfers, recorded.TransferID), Balance: recorded.Balance.String(),
	}, nil
}
