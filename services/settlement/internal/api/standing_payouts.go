package api

import (
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// StandingPayouts serves pcc.settlement.v1.StandingPayoutService.
type StandingPayouts struct {
	settlementv1.UnimplementedStandingPayoutServiceServer
	Bank *settlement.Bank
}

func standingPayoutMessage(s settlement.StandingPayout) *settlementv1.StandingPayout {
	return &settlementv1.StandingPayout{
		CreditorName: s.Creditor.Name, Iban: s.Creditor.IBAN, Bic: s.Creditor.BIC, Keep: s.Keep.String(), Setter: s.SetBy,
	}
}
