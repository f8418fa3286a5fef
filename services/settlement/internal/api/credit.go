package api

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Credit serves pcc.settlement.v1.CreditService.
type Credit struct {
	settlementv1.UnimplementedCreditServiceServer
	Credits *settlement.Credits
}

func termsOf(m *settlementv1.CreditTerms) (settlement.Terms, error) {
	limit, err := settlement.ParseAmount(m.GetCap())
	if err != nil {
		return settlement.Terms{}, settlement.ErrAmountInvalid.WithField("terms.cap")
	}
	return settlement.Terms{
		Cap: limit, Fee: settlement.PPM(m.GetFeePpm()), Interest: settlement.PPM(m.GetInterestPpm()), GraceDays: int(m.GetGraceDays()),
		Penalty: settlement.PPM(m.GetPenaltyPpm()), MaxPenalty: settlement.PPM(m.GetMaxPenaltyPpm()),
	}, nil
}

func contractMessage(c settlement.Contract) *settlementv1.CreditContract {
	return &settlementv1.CreditContract{
		Member: nameOf(members, c.Member), Version: int32(c.Version), CreateTime: timestamppb.New(c.CreateTime), //nolint:gosec // counted by ones
		Terms: &settlementv1.CreditTerms{
			Cap: c.Cap.String(), FeePpm: uint32(c.Fee), InterestPpm: uint32(c.Interest), GraceDays: int32(c.GraceDays), //nolint:gosec // at most a year
			PenaltyPpm: uint32(c.Penalty), MaxPenaltyPpm: uint32(c.MaxPenalty),
		},
	}
}

func lineMessage(l settlement.CreditLine) *settlementv1.CreditLine {
	m := &settlementv1.CreditLine{
		Contract: contractMessage(l.Contract), Limit: l.Limit.Amount.String(), Reasons: l.Limit.Reasons,
		Owed: l.Owed.String(), Available: l.Left().String(),
	}
	for _, loan := range l.Loans {
		m.Loans = append(m.Loans, loanMessage(loan))
	}
	return m
}

func loanMessage(l settlement.Loan) *settlementv1.Loan {
	m := &settlementv1.Loan{
		Name: nameOf(loans, l.ID), ContractVersion: int32(l.ContractVersion), Principal: l.Principal.String(), //nolint:gosec // counted by ones
		Outstanding: l.Outstanding.String(), Charges: l.Charges.String(),
		CreateTime: timestamppb.New(l.CreateTime), DueTime: timestamppb.New(l.DueTime),
	}
	if l.Read != "" {
		m.Read = nameOf(reads, l.Read)
	}
	if !l.RepayTime.IsZero() {
		m.RepayTime = timestamppb.New(l.RepayTime)
	}
	return m
}
