package api

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Ledger serves pcc.settlement.v1.LedgerService.
type Ledger struct {
	settlementv1.UnimplementedLedgerServiceServer
	Ledger *settlement.Ledger
}

// transferIDOf returns the id of a transfer; no transfer has a name of another form.
func transferIDOf(name string) (string, error) {
	id, err := uuidOf(name, transfers, "name")
	if err != nil {
		return "", settlement.ErrTransferNotFound
	}
	return id, nil
}

func transferMessage(t settlement.PostedTransfer) *settlementv1.Transfer {
	m := &settlementv1.Transfer{
		Name: nameOf(transfers, t.ID), Kind: string(t.Kind), Description: t.Description, CreateTime: timestamppb.New(t.CreateTime),
	}
	for _, p := range t.Postings {
		m.Postings = append(m.Postings, &settlementv1.TransferPosting{Account: nameOf(accounts, string(p.Account)), Amount: p.Amount.String()})
	}
	return m
}
