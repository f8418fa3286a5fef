package server_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func TestPaidReadFromReceiptToStatement(t *testing.T) {
	f := start(t)
	if got := f.fund(t, f.insurer, "10.5").GetBalance(); got != "10.5000" {
		t.Errorf("balance after the receipt %s", got)
	}
	hold := f.holdRequest(f.insurer)
	held, err := f.registry.HoldRead(t.Context(), hold)
	must(t, err)
	if r := held.GetRead(); r.GetState() != settlementv1.ReadState_READ_STATE_HELD || r.GetPrice() != "2.5000" || r.GetPassport() != hold.GetPassport() {
		t.Errorf("held %v", r)
	}
	captured, err := f.registry.CaptureRead(t.Context(), &settlementv1.CaptureReadRequest{
		Name: held.GetRead().GetName(), Contributions: []*settlementv1.Contribution{{Member: f.garage.Name(), Field: "odometer/2026-01", Quality: 12}},
	})
	must(t, err)
	wantShares := []*settlementv1.Share{
		{Kind: settlementv1.ShareKind_SHARE_KIND_INFRASTRUCTURE_FEE, Account: "pool:infrastructure", Amount: "0.0500", Explanation: "2 % of 2.5000, split policy 2"},
		{Kind: settlementv1.ShareKind_SHARE_KIND_HOLDER_DIVIDEND, Account: "pool:holder", Amount: "0.2500", Explanation: "10 % of 2.5000, split policy 2"},
		{Kind: settlementv1.ShareKind_SHARE_KIND_CONTRIBUTION, Account: "member:" + f.garage.ID + ":available", Amount: "2.2000", Explanation: "12.00 of 12 quality points: answers 1 of 1 field, raised the quality of 1: odometer/2026-01 from 0 to 12"},
	}
	if diff := cmp.Diff(wantShares, captured.GetRead().GetShares(), protocmp.Transform()); diff != "" {
		t.Errorf("shares (-want +got):\n%s", diff)
	}

	verified, err := f.registry.VerifyRead(t.Context(), &settlementv1.VerifyReadRequest{
		Name: held.GetRead().GetName(), Payer: f.insurer.Name(), Passport: hold.GetPassport(),
	})
	must(t, err)
	receipt, err := f.as(f.insurer).GetRead(t.Context(), &settlementv1.GetReadRequest{Name: held.GetRead().GetName()})
	must(t, err)
	for _, got := range []*settlementv1.Read{verified.GetRead(), receipt.GetRead()} {
		if !proto.Equal(got, captured.GetRead()) {
			t.Errorf("read %v, want %v", got, captured.GetRead())
		}
	}
	f.checkBooks(t)
}

// checkBooks compares what everybody sees after the one read of the test above.
func (f *fixture) checkBooks(t *testing.T) {
	t.Helper()
	accounts, err := f.as(f.insurer).ListAccounts(t.Context(), &settlementv1.ListAccountsRequest{})
	must(t, err)
	want := []*settlementv1.Account{
		{Name: "accounts/member:" + f.insurer.ID + ":available", Balance: "8.0000"},
		{Name: "accounts/member:" + f.insurer.ID + ":claims", Balance: "0.0000"},
		{Name: "accounts/member:" + f.insurer.ID + ":credit", Balance: "0.0000"},
		{Name: "accounts/member:" + f.insurer.ID + ":held", Balance: "0.0000"},
	}
	if diff := cmp.Diff(want, accounts.GetAccounts(), protocmp.Transform()); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	trial, err := f.treasurer.GetTrialBalance(t.Context(), &settlementv1.GetTrialBalanceRequest{})
	must(t, err)
	wantTrial := &settlementv1.GetTrialBalanceResponse{Total: "0.0000", ZeroSum: true, Accounts: []*settlementv1.Account{
		{Name: "accounts/bank:eur", Balance: "-10.5000"}, {Name: "accounts/members", Balance: "10.2000"},
		{Name: "accounts/pool:holder", Balance: "0.2500"}, {Name: "accounts/pool:infrastructure", Balance: "0.0500"},
		{Name: "accounts/suspense:payout", Balance: "0.0000"}, {Name: "accounts/suspense:receipt", Balance: "0.0000"},
	}}
	if diff := cmp.Diff(wantTrial, trial, protocmp.Transform()); diff != "" {
		t.Errorf("trial balance (-want +got):\n%s", diff)
	}
	prices, err := f.as(f.garage).ListPrices(t.Context(), &settlementv1.ListPricesRequest{})
	must(t, err)
	if p := prices.GetPrices(); len(p) != 1 || p[0].GetProduct() != "passport-report" || p[0].GetAmount() != "2.5000" || p[0].GetEffectiveDate() != "2026-01-01" {
		t.Errorf("prices %v", p)
	}
}

func TestStatementPages(t *testing.T) {
	f := start(t)
	for range 3 {
		f.fund(t, f.garage, "1")
	}
	garage := f.as(f.garage)
	req := &settlementv1.ListStatementLinesRequest{Parent: "accounts/member:" + f.garage.ID + ":available", PageSize: 2}
	first, err := garage.ListStatementLines(t.Context(), req)
	must(t, err)
	req.PageToken = first.GetNextPageToken()
	second, err := garage.ListStatementLines(t.Context(), req)
	must(t, err)
	var balances []string
	for _, l := range append(first.GetLines(), second.GetLines()...) {
		balances = append(balances, l.GetBalanceAfter())
	}
	if diff := cmp.Diff([]string{"1.0000", "2.0000", "3.0000"}, balances); diff != "" || second.GetNextPageToken() != "" {
		t.Errorf("balances (-want +got):\n%snext page %q", diff, second.GetNextPageToken())
	}
	req.Parent = "accounts/member:" + f.garage.ID + ":held"
	_, err = garage.ListStatementLines(t.Context(), req)
	wantReason(t, "another account's page token", err, "INVALID_PAGE_TOKEN")
}

func TestReceiptAnswersAndErrors(t *testing.T) {
	f := start(t)
	req := &settlementv1.RecordReceiptRequest{RequestId: uuid.NewString(), Member: f.garage.Name(), Amount: "1.5", BankReference: "E2E-1"}
	first, err := f.treasurer.RecordReceipt(t.Context(), req)
	must(t, err)
	f.fund(t, f.garage, "7")
	again, err := f.treasurer.RecordReceipt(t.Context(), req)
	must(t, err)
	if !proto.Equal(first, again) {
		t.Errorf("the repeated answer is %v, want %v", again, first)
	}
	for what, c := range map[string]struct {
		change func(*settlementv1.RecordReceiptRequest)
		reason string
	}{
		"other content":  {func(r *settlementv1.RecordReceiptRequest) { r.Amount = "2" }, "REQUEST_ID_REUSED"},
		"same reference": {func(r *settlementv1.RecordReceiptRequest) { r.RequestId, r.Amount = uuid.NewString(), "2" }, "RECEIPT_EXISTS"},
		"unknown member": {func(r *settlementv1.RecordReceiptRequest) { r.Member = "members/nobody" }, "MEMBER_NOT_FOUND"},
		"zero":           {func(r *settlementv1.RecordReceiptRequest) { r.Amount = "0.0000" }, "AMOUNT_INVALID"},
		"five places":    {func(r *settlementv1.RecordReceiptRequest) { r.Amount = "1.00001" }, "INVALID_FIELD"},
		"negative":       {func(r *settlementv1.RecordReceiptRequest) { r.Amount = "-1" }, "INVALID_FIELD"},
	} {
		changed := proto.CloneOf(req)
		c.change(changed)
		_, err := f.treasurer.RecordReceipt(t.Context(), changed)
		wantReason(t, what, err, c.reason)
	}
}

func TestHoldAnswersAndErrors(t *testing.T) {
	f := start(t)
	_, err := f.registry.HoldRead(t.Context(), f.holdRequest(f.insurer))
	wantReason(t, "empty account", err, "INSUFFICIENT_FUNDS")
	f.fund(t, f.insurer, "2.5")
	for what, c := range map[string]struct {
		change func(*settlementv1.HoldReadRequest)
		reason string
	}{
		"low maximum":         {func(r *settlementv1.HoldReadRequest) { r.MaxPrice = "2.4999" }, "PRICE_ABOVE_MAXIMUM"},
		"unknown product":     {func(r *settlementv1.HoldReadRequest) { r.Product = "gift" }, "PRODUCT_UNKNOWN"},
		"unknown payer":       {func(r *settlementv1.HoldReadRequest) { r.Payer = "members/nobody" }, "MEMBER_NOT_FOUND"},
		"passport of no form": {func(r *settlementv1.HoldReadRequest) { r.Passport = "passports/------------------------------------" }, "INVALID_FIELD"},
	} {
		req := f.holdRequest(f.insurer)
		c.change(req)
		_, err := f.registry.HoldRead(t.Context(), req)
		wantReason(t, what, err, c.reason)
	}
	req := f.holdRequest(f.insurer)
	req.MaxPrice = "2.5"
	held, err := f.registry.HoldRead(t.Context(), req)
	must(t, err)
	again, err := f.registry.HoldRead(t.Context(), req)
	must(t, err)
	if !proto.Equal(held, again) {
		t.Errorf("the repeated answer is %v, want %v", again, held)
	}
	req.MaxPrice = ""
	_, err = f.registry.HoldRead(t.Context(), req)
	wantReason(t, "other content", err, "REQUEST_ID_REUSED")
}

func TestCaptureAndVoidErrors(t *testing.T) {
	f := start(t)
	f.fund(t, f.insurer, "5")
	absent := "reads/" + uuid.NewString()
	for _, name := range []string{absent, "reads/------------------------------------"} {
		_, err := f.registry.CaptureRead(t.Context(), &settlementv1.CaptureReadRequest{Name: name})
		wantReason(t, "capture of "+name, err, "READ_NOT_FOUND")
		_, err = f.registry.VoidRead(t.Context(), &settlementv1.VoidReadRequest{Name: name})
		wantReason(t, "void of "+name, err, "READ_NOT_FOUND")
	}
	voided, err := f.registry.HoldRead(t.Context(), f.holdRequest(f.insurer))
	must(t, err)
	for range 2 {
		resp, err := f.registry.VoidRead(t.Context(), &settlementv1.VoidReadRequest{Name: voided.GetRead().GetName()})
		must(t, err)
		if resp.GetRead().GetState() != settlementv1.ReadState_READ_STATE_VOIDED {
			t.Errorf("voided %v", resp.GetRead())
		}
	}
	_, err = f.registry.CaptureRead(t.Context(), &settlementv1.CaptureReadRequest{Name: voided.GetRead().GetName()})
	wantReason(t, "capture of a voided read", err, "READ_VOIDED")

	captured, err := f.registry.HoldRead(t.Context(), f.holdRequest(f.insurer))
	must(t, err)
	capture := &settlementv1.CaptureReadRequest{
		Name: captured.GetRead().GetName(), Contributions: []*settlementv1.Contribution{{Member: f.garage.ID, Field: "odometer/2026-01", Quality: 1}},
	}
	_, err = f.registry.CaptureRead(t.Context(), capture)
	wantReason(t, "a member's id for its name", err, "INVALID_FIELD")
	capture.Contributions[0].Member = "members/nobody"
	_, err = f.registry.CaptureRead(t.Context(), capture)
	wantReason(t, "contributor without accounts", err, "MEMBER_NOT_FOUND")
	capture.Contributions = nil
	for range 2 {
		_, err = f.registry.CaptureRead(t.Context(), capture)
		must(t, err)
	}
	_, err = f.registry.VoidRead(t.Context(), &settlementv1.VoidReadRequest{Name: captured.GetRead().GetName()})
	wantReason(t, "void of a paid read", err, "READ_CAPTURED")
}
