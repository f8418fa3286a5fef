package api

import (
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Bank serves pcc.settlement.v1.BankService.
type Bank struct {
	settlementv1.UnimplementedBankServiceServer
	Bank *settlement.Bank
}

func pegMessage(p settlement.Peg) *settlementv1.Peg {
	return &settlementv1.Peg{
		Holds: p.Holds(), Owed: p.Owed.String(), Reserve: p.Reserve.String(), Unconfirmed: p.Unconfirmed.String(), Statement: p.Statement,
		Credit: p.Credit.String(),
	}
}

func entryMessage(e settlement.BankEntry) *settlementv1.BankEntry {
	m := &settlementv1.BankEntry{Reference: e.Reference, Amount: e.Amount.String(), Outcome: outcomeMessage(e.Outcome)}
	if e.Member != "" {
		m.Member = nameOf(members, e.Member)
	}
	if e.Payout != "" {
		m.Payout = nameOf(payouts, e.Payout)
	}
	return m
}

func outcomeMessage(o settlement.EntryOutcome) settlementv1.EntryOutcome {
	switch o {
	case settlement.EntryCredited:
		return settlementv1.EntryOutcome_ENTRY_OUTCOME_CREDITED
	case settlement.EntryConfirmed:
		return settlementv1.EntryOutcome_ENTRY_OUTCOME_CONFIRMED
	case settlement.EntrySuspended:
		return settlementv1.EntryOutcome_ENTRY_OUTCOME_SUSPENDED
	case settlement.EntryPaid:
		return settlementv1.EntryOutcome_ENTRY_OUTCOME_PAID
	case settlement.EntryReturned:
		return settlementv1.EntryOutcome_ENTRY_OUTCOME_RETURNED
	case settlement.EntryUnexplained:
		return settlementv1.EntryOutcome_ENTRY_OUTCOME_UNEXPLAINED
	default:
		return settlementv1.EntryOutcome_ENTRY_OUTCOME_UNSPECIFIED
	}
}
