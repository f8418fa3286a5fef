package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/pcc-platform/pcc/internal/apperr"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// CreateTransfers implements pcc.settlement.v1.LedgerService.
func (s *Ledger) CreateTransfers(ctx context.Context, req *settlementv1.CreateTransfersRequest) (*settlementv1.CreateTransfersResponse, error) {
	requests := make([]settlement.TransferRequest, len(req.GetTransfers()))
	for i, m := range req.GetTransfers() {
		id, err := uuidOf(m.GetName(), transfers, "name")
		if err != nil {
			return nil, apperr.InvalidField(fmt.Sprintf("transfers[%d].name", i), "not a name of the form transfers/{uuid}")
		}
		requests[i] = transferRequest(id, m)
	}
	results, err := s.Ledger.CreateTransfers(ctx, requests)
	if err != nil {
		return nil, err
	}
	resp := &settlementv1.CreateTransfersResponse{Results: make([]*settlementv1.TransferResult, len(results))}
	for i, r := range results {
		resp.Results[i] = resultMessage(r)
	}
	return resp, nil
}

// transferRequest converts a request. What is no account or no amount becomes one that the domain refuses.
func transferRequest(id string, m *settlementv1.NewTransfer) settlement.TransferRequest {
	q := settlement.TransferRequest{
		ID: id, Description: m.GetDescription(), Linked: m.GetLinked(), PendingTimeout: m.GetPendingTimeout().AsDuration(),
		Legs: make([]settlement.Leg, len(m.GetLegs())),
	}
	for i, l := range m.GetLegs() {
		amount, err := settlement.ParseAmount(l.GetAmount())
		if err != nil {
			amount = 0
		}
		q.Legs[i] = settlement.Leg{From: accountOf(l.GetSource()), To: accountOf(l.GetDestination()), Amount: amount}
	}
	return q
}

// accountOf is the id of an account, "" when the name is of another form.
func accountOf(name string) settlement.AccountID {
	id, ok := strings.CutPrefix(name, accounts+"/")
	if !ok {
		return ""
	}
	return settlement.AccountID(id)
}

func resultMessage(r settlement.TransferResult) *settlementv1.TransferResult {
	switch {
	case r.Err != nil:
		return &settlementv1.TransferResult{Outcome: settlementv1.TransferOutcome_TRANSFER_OUTCOME_REFUSED, Reason: apperr.ReasonOf(r.Err)}
	case r.Exists:
		return &settlementv1.TransferResult{Outcome: settlementv1.TransferOutcome_TRANSFER_OUTCOME_EXISTS}
	default:
		return &settlementv1.TransferResult{Outcome: settlementv1.TransferOutcome_TRANSFER_OUTCOME_CREATED}
	}
}
