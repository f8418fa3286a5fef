package api

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Payouts serves pcc.settlement.v1.PayoutService.
type Payouts struct {
	settlementv1.UnimplementedPayoutServiceServer
	Bank *settlement.Bank
}

// payoutIDOf returns the id of a payout; no payout has a name of another form.
func payoutIDOf(name string) (string, error) {
	id, err := uuidOf(name, payouts, "name")
	if err != nil {
		return "", settlement.ErrPayoutNotFound
	}
	return id, nil
}

func (s *Payouts) message(p settlement.Payout) *settlementv1.Payout {
	m := &settlementv1.Payout{
		Name: nameOf(payouts, p.ID), Member: nameOf(members, p.Member), Amount: p.Amount.String(),
		CreditorName: p.Creditor.Name, Iban: p.Creditor.IBAN, Bic: p.Creditor.BIC,
		State: payoutStateMessage(p.State), NeedsApproval: p.NeedsApproval(s.Bank.Limit()),
		Requester: p.RequestedBy, Approver: p.ApprovedBy, Rejection: p.Rejection, CreateTime: timestamppb.New(p.CreateTime),
	}
	if p.Batch != "" {
		m.Batch = nameOf(payoutBatches, p.Batch)
	}
	return m
}

func payoutStateMessage(s settlement.PayoutState) settlementv1.PayoutState {
	switch s {
	case settlement.PayoutRequested:
		return settlementv1.PayoutState_PAYOUT_STATE_REQUESTED
	case settlement.PayoutCancelled:
		return settlementv1.PayoutState_PAYOUT_STATE_CANCELLED
	case settlement.PayoutExported:
		return settlementv1.PayoutState_PAYOUT_STATE_EXPORTED
	case settlement.PayoutRejected:
		return settlementv1.PayoutState_PAYOUT_STATE_REJECTED
	case settlement.PayoutPaid:
		return settlementv1.PayoutState_PAYOUT_STATE_PAID
	case settlement.PayoutReturned:
		return settlementv1.PayoutState_PAYOUT_STATE_RETURNED
	default:
		return settlementv1.PayoutState_PAYOUT_STATE_UNSPECIFIED
	}
}
