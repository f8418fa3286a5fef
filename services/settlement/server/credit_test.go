package server_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// TestCreditFromContractToRepayment agrees on credit with the insurer, which buys a read with it and pays it back.
func TestCreditFromContractToRepayment(t *testing.T) {
	f := start(t)
	f.fund(t, f.insurer, "2")
	operator := settlementv1.NewCreditServiceClient(f.Dial(f.insurer, "operator"))
	insurer := settlementv1.NewCreditServiceClient(f.Dial(f.insurer, "admin"))
	_, err := insurer.GetCreditLine(t.Context(), &settlementv1.GetCreditLineRequest{})
	wantReason(t, "no contract", err, "NO_CREDIT")
	req := &settlementv1.SetCreditContractRequest{
		RequestId: uuid.NewString(), Member: f.insurer.Name(),
		Terms: &settlementv1.CreditTerms{Cap: "10", FeePpm: 20_000, InterestPpm: 300, GraceDays: 14, PenaltyPpm: 500, MaxPenaltyPpm: 100_000},
	}
	agreed, err := operator.SetCreditContract(t.Context(), req)
	must(t, err)
	again, err := operator.SetCreditContract(t.Context(), req)
	must(t, err)
	if !proto.Equal(agreed, again) || agreed.GetContract().GetVersion() != 1 || agreed.GetContract().GetTerms().GetCap() != "10.0000" {
		t.Errorf("agreed %v, then %v", agreed, again)
	}

	hold := f.holdRequest(f.insurer)
	hold.AllowCredit = true
	held, err := f.registry.HoldRead(t.Context(), hold)
	must(t, err)
	line, err := insurer.GetCreditLine(t.Context(), &settlementv1.GetCreditLineRequest{})
	must(t, err)
	loan := line.GetLine().GetLoans()[0]
	want := &settlementv1.CreditLine{
		Contract: agreed.GetContract(), Limit: "5.0000", Reasons: []string{"50 % of the cap of 10.0000 to begin with"}, Owed: "0.5000", Available: "4.5000",
		Loans: []*settlementv1.Loan{{
			Name: loan.GetName(), Read: held.GetRead().GetName(), ContractVersion: 1, Principal: "0.5000", Outstanding: "0.5000", Charges: "0.0100",
			CreateTime: loan.GetCreateTime(), DueTime: loan.GetDueTime(),
		}},
	}
	if diff := cmp.Diff(want, line.GetLine(), protocmp.Transform()); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
	if d := loan.GetDueTime().AsTime().Sub(loan.GetCreateTime().AsTime()); d != 14*24*time.Hour {
		t.Errorf("due after %s", d)
	}
	f.repayCredit(t, insurer, loan)
}

// repayCredit pays a loan with what was drawn anew, and looks at who sees which.
func (f *fixture) repayCredit(t *testing.T, insurer settlementv1.CreditServiceClient, loan *settlementv1.Loan) {
	t.Helper()
	repay := &settlementv1.RepayLoanRequest{Name: loan.GetName(), RequestId: uuid.NewString()}
	_, err := insurer.RepayLoan(t.Context(), repay)
	wantReason(t, "without funds", err, "INSUFFICIENT_FUNDS")
	_, err = insurer.DrawCredit(t.Context(), &settlementv1.DrawCreditRequest{RequestId: uuid.NewString(), Amount: "4.5001"})
	wantReason(t, "above the limit", err, "CREDIT_LIMIT")
	drawn, err := insurer.DrawCredit(t.Context(), &settlementv1.DrawCreditRequest{RequestId: uuid.NewString(), Amount: "4"})
	must(t, err)
	garage := settlementv1.NewCreditServiceClient(f.Dial(f.garage, "admin"))
	_, err = garage.RepayLoan(t.Context(), &settlementv1.RepayLoanRequest{Name: loan.GetName(), RequestId: uuid.NewString()})
	wantReason(t, "another's loan", err, "LOAN_NOT_FOUND")
	repaid, err := insurer.RepayLoan(t.Context(), repay)
	must(t, err)
	if l := repaid.GetLoan(); l.GetRepayTime() == nil || l.GetOutstanding() != "0.0000" || l.GetCharges() != "0.0000" {
		t.Errorf("repaid %v", l)
	}
	page := &settlementv1.ListLoansRequest{PageSize: 1}
	names := map[string]bool{}
	for range 2 {
		resp, err := insurer.ListLoans(t.Context(), page)
		must(t, err)
		for _, l := range resp.GetLoans() {
			names[l.GetName()] = true
		}
		page.PageToken = resp.GetNextPageToken()
	}
	if len(names) != 2 || !names[loan.GetName()] || !names[drawn.GetLoan().GetName()] || page.GetPageToken() != "" {
		t.Errorf("loans %v", names)
	}
	others, err := garage.ListLoans(t.Context(), &settlementv1.ListLoansRequest{})
	must(t, err)
	if len(others.GetLoans()) != 0 {
		t.Errorf("the garage sees %v", others)
	}
	trial, err := f.treasurer.GetTrialBalance(t.Context(), &settlementv1.GetTrialBalanceRequest{})
	must(t, err)
	if !trial.GetZeroSum() {
		t.Errorf("trial balance %v", trial)
	}
}
