package api

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Statements serves pcc.settlement.v1.StatementService.
type Statements struct {
	settlementv1.UnimplementedStatementServiceServer
	Statements *settlement.Statements
	Closer     *settlement.Closer
}

func statementMessage(st settlement.Statement) *settlementv1.Statement {
	m := &settlementv1.Statement{
		Name: nameOf(statements, st.Name), Member: nameOf(members, st.Member), StartTime: timestamppb.New(st.Start), EndTime: timestamppb.New(st.End),
		FirstCycle: cycleName(st.First), LastCycle: cycleName(st.Last), Net: st.Net().String(),
	}
	for _, a := range st.Accounts {
		m.Accounts = append(m.Accounts, &settlementv1.StatementAccount{
			Account: nameOf(accounts, string(a.ID)), OpeningBalance: a.Opening.String(), ClosingBalance: a.Closing.String(),
		})
	}
	for _, t := range st.Totals {
		m.Totals = append(m.Totals, &settlementv1.StatementTotal{
			Kind: string(t.Kind), Received: t.Received.String(), Paid: t.Paid.String(), Net: t.Net().String(), Transfers: t.Transfers,
		})
	}
	return m
}

func statementEntryMessage(l settlement.SpanLine) *settlementv1.StatementEntry {
	m := &settlementv1.StatementEntry{
		Account: nameOf(accounts, string(l.Account)), Transfer: nameOf(transfers, l.TransferID), Kind: string(l.Kind),
		Amount: l.Amount.String(), BalanceAfter: l.BalanceAfter.String(), Description: l.Description, CreateTime: timestamppb.New(l.CreateTime),
	}
	if !l.ValueTime.IsZero() {
		m.ValueTime = timestamppb.New(l.ValueTime)
	}
	if l.LateFor != 0 {
		m.LateFor = cycleName(l.LateFor)
	}
	return m
}
