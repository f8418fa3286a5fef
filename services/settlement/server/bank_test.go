package server_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/pcc-platform/pcc/internal/relations"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement/iso20022/iso20022test"
	"github.com/pcc-platform/pcc/services/settlement/server"
)

const consortiumIBAN = "DE89370400440532013000"

func withBank(c *server.Config) {
	c.Bank = server.BankConfig{Name: "PCC Consortium", IBAN: consortiumIBAN, BIC: "COBADEFFXXX", FourEyesAbove: "100"}
}

// banking is the fixture's clients of payouts and the bank.
type banking struct {
	*fixture
	bank settlementv1.BankServiceClient
	// exporter is the treasurer's client, admin and accountant those of two people of the garage.
	exporter, admin, accountant settlementv1.PayoutServiceClient
}

func startBanking(t *testing.T) *banking {
	t.Helper()
	f := startWith(t, withBank)
	f.Relate(relations.Relation{Namespace: "Member", Object: f.garage.ID, Name: "accountants", Subject: f.garage.ID + "/accountant"})
	treasurer := f.Dial(f.insurer, "treasurer")
	return &banking{
		fixture: f, bank: settlementv1.NewBankServiceClient(treasurer), exporter: settlementv1.NewPayoutServiceClient(treasurer),
		admin:      settlementv1.NewPayoutServiceClient(f.Dial(f.garage, "admin")),
		accountant: settlementv1.NewPayoutServiceClient(f.Dial(f.garage, "accountant")),
	}
}

func (b *banking) book(t *testing.T, id string, opening int64, entries ...iso20022test.Entry) *settlementv1.ImportStatementResponse {
	t.Helper()
	document := iso20022test.Statement(id, consortiumIBAN, opening, entries...)
	resp, err := b.bank.ImportStatement(t.Context(), &settlementv1.ImportStatementRequest{Document: document})
	must(t, err)
	return resp
}

func payoutRequest(amount string) *settlementv1.RequestPayoutRequest {
	return &settlementv1.RequestPayoutRequest{
		RequestId: uuid.NewString(), Amount: amount, CreditorName: "Garage du Lac", Iban: "FR1420041010050500013M02606",
	}
}

func TestEuroInAndOut(t *testing.T) {
	b := startBanking(t)
	in := b.book(t, "S1", 0, iso20022test.Entry{Reference: "R1", Cents: 30_000, Text: "PCC/" + b.garage.ID})
	wantIn := &settlementv1.ImportStatementResponse{
		Statement: "S1", ClosingBalance: "300.0000",
		Entries: []*settlementv1.BankEntry{{
			Reference: "R1", Amount: "300.0000", Outcome: settlementv1.EntryOutcome_ENTRY_OUTCOME_CREDITED, Member: b.garage.Name(),
		}},
		Peg: &settlementv1.Peg{Holds: true, Owed: "300.0000", Reserve: "300.0000", Unconfirmed: "0.0000", Statement: "S1", Credit: "0.0000"},
	}
	if diff := cmp.Diff(wantIn, in, protocmp.Transform()); diff != "" {
		t.Errorf("import (-want +got):\n%s", diff)
	}

	req := payoutRequest("250.5")
	requested, err := b.accountant.RequestPayout(t.Context(), req)
	must(t, err)
	p := requested.GetPayout()
	want := &settlementv1.Payout{
		Name: p.GetName(), Member: b.garage.Name(), Amount: "250.5000", CreditorName: "Garage du Lac", Iban: "FR1420041010050500013M02606",
		State: settlementv1.PayoutState_PAYOUT_STATE_REQUESTED, NeedsApproval: true, Requester: b.garage.ID + "/accountant", CreateTime: p.GetCreateTime(),
	}
	if diff := cmp.Diff(want, p, protocmp.Transform()); diff != "" {
		t.Errorf("requested (-want +got):\n%s", diff)
	}
	_, err = b.accountant.ApprovePayout(t.Context(), &settlementv1.ApprovePayoutRequest{Name: p.GetName()})
	wantReason(t, "approval by who requested", err, "SECOND_PERSON_NEEDED")
	approved, err := b.admin.ApprovePayout(t.Context(), &settlementv1.ApprovePayoutRequest{Name: p.GetName()})
	must(t, err)
	if a := approved.GetPayout(); a.GetNeedsApproval() || a.GetApprover() != b.garage.ID+"/admin" {
		t.Errorf("approved %v", a)
	}
	export := &settlementv1.ExportPayoutsRequest{RequestId: uuid.NewString()}
	batch, err := b.exporter.ExportPayouts(t.Context(), export)
	must(t, err)
	again, err := b.exporter.ExportPayouts(t.Context(), export)
	must(t, err)
	if !proto.Equal(batch, again) || batch.GetPayments() != 1 {
		t.Errorf("exported %v, then %v", batch, again)
	}
	endToEnd := strings.ReplaceAll(strings.TrimPrefix(p.GetName(), "payouts/"), "-", "")
	out := b.book(t, "S2", 30_000, iso20022test.Entry{Reference: "R2", Cents: -25_050, EndToEnd: endToEnd})
	if e := out.GetEntries()[0]; e.GetPayout() != p.GetName() || e.GetOutcome() != settlementv1.EntryOutcome_ENTRY_OUTCOME_PAID || !out.GetPeg().GetHolds() {
		t.Errorf("paid %v", out)
	}
	repeated, err := b.accountant.RequestPayout(t.Context(), req)
	must(t, err)
	if r := repeated.GetPayout(); r.GetState() != settlementv1.PayoutState_PAYOUT_STATE_PAID || r.GetBatch() != batch.GetBatch() {
		t.Errorf("the repeated request says %v", r)
	}
}

func TestRefusedPayoutIsGivenBack(t *testing.T) {
	b := startBanking(t)
	b.fund(t, b.garage, "50")
	requested, err := b.admin.RequestPayout(t.Context(), payoutRequest("20"))
	must(t, err)
	batch, err := b.exporter.ExportPayouts(t.Context(), &settlementv1.ExportPayoutsRequest{RequestId: uuid.NewString()})
	must(t, err)
	plain := func(name string) string {
		return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "-", "")
	}
	report := iso20022test.StatusReport(plain(batch.GetBatch()), "PART", iso20022test.Refused{EndToEnd: plain(requested.GetPayout().GetName()), Code: "AC04"})
	got, err := b.bank.ImportStatusReport(t.Context(), &settlementv1.ImportStatusReportRequest{Document: report})
	must(t, err)
	want := &settlementv1.ImportStatusReportResponse{Batch: batch.GetBatch(), Rejected: []*settlementv1.RejectedPayout{{
		Payout: requested.GetPayout().GetName(), Member: b.garage.Name(), Amount: "20.0000", Rejection: "AC04",
	}}}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	mine, err := b.admin.ListPayouts(t.Context(), &settlementv1.ListPayoutsRequest{})
	must(t, err)
	if p := mine.GetPayouts()[0]; p.GetState() != settlementv1.PayoutState_PAYOUT_STATE_REJECTED || p.GetRejection() != "AC04" {
		t.Errorf("the garage sees %v", p)
	}
	_, err = b.bank.ImportStatusReport(t.Context(), &settlementv1.ImportStatusReportRequest{Document: []byte("<a/>")})
	wantReason(t, "no report", err, "DOCUMENT_INVALID")
}

func TestPayoutsOfOneMemberInPages(t *testing.T) {
	b := startBanking(t)
	b.fund(t, b.garage, "50")
	var names []string
	for range 3 {
		p, err := b.admin.RequestPayout(t.Context(), payoutRequest("1"))
		must(t, err)
		names = append(names, p.GetPayout().GetName())
	}
	slices.Reverse(names)
	var got []string
	req := &settlementv1.ListPayoutsRequest{PageSize: 2}
	for range 2 {
		page, err := b.admin.ListPayouts(t.Context(), req)
		must(t, err)
		for _, p := range page.GetPayouts() {
			got = append(got, p.GetName())
		}
		req.PageToken = page.GetNextPageToken()
	}
	if diff := cmp.Diff(names, got); diff != "" || req.PageToken != "" {
		t.Errorf("payouts (-want +got):\n%snext page %q", diff, req.PageToken)
	}
	insurer := settlementv1.NewPayoutServiceClient(b.Dial(b.insurer, "admin"))
	others, err := insurer.ListPayouts(t.Context(), &settlementv1.ListPayoutsRequest{})
	must(t, err)
	if len(others.GetPayouts()) != 0 {
		t.Errorf("the insurer sees %v", others)
	}
	_, err = insurer.CancelPayout(t.Context(), &settlementv1.CancelPayoutRequest{Name: names[0]})
	wantReason(t, "cancelling another's", err, "PAYOUT_NOT_FOUND")
	cancelled, err := b.admin.CancelPayout(t.Context(), &settlementv1.CancelPayoutRequest{Name: names[0]})
	must(t, err)
	if cancelled.GetPayout().GetState() != settlementv1.PayoutState_PAYOUT_STATE_CANCELLED {
		t.Errorf("cancelled %v", cancelled)
	}
	_, err = b.exporter.RejectPayout(t.Context(), &settlementv1.RejectPayoutRequest{Name: names[1]})
	wantReason(t, "rejecting what was not exported", err, "PAYOUT_STATE")
}

func TestReceiptAboveTheLimit(t *testing.T) {
	b := startBanking(t)
	b.Relate(relations.Relation{Namespace: "Consortium", Object: "pcc", Name: "treasurers", Subject: b.garage.ID + "/treasurer"})
	req := &settlementv1.RecordReceiptRequest{RequestId: uuid.NewString(), Member: b.insurer.Name(), Amount: "100.0001", BankReference: "R1"}
	first, err := b.treasurer.RecordReceipt(t.Context(), req)
	must(t, err)
	if !first.GetNeedsSecondPerson() || first.GetTransfer() != "" {
		t.Errorf("by one person: %v", first)
	}
	req.RequestId = uuid.NewString()
	both, err := client(b.Dial(b.garage, "treasurer")).RecordReceipt(t.Context(), req)
	must(t, err)
	if both.GetNeedsSecondPerson() || both.GetBalance() != "100.0001" {
		t.Errorf("by two people: %v", both)
	}
}

func TestPegIsWatched(t *testing.T) {
	b := startBanking(t)
	b.book(t, "S1", 0, iso20022test.Entry{Reference: "R1", Cents: -1})
	peg, err := b.bank.GetPeg(t.Context(), &settlementv1.GetPegRequest{})
	must(t, err)
	want := &settlementv1.Peg{Owed: "0.0000", Reserve: "-0.0100", Unconfirmed: "0.0000", Statement: "S1", Credit: "0.0000"}
	if diff := cmp.Diff(want, peg.GetPeg(), protocmp.Transform()); diff != "" {
		t.Errorf("peg (-want +got):\n%s", diff)
	}
	_, err = b.exporter.ExportPayouts(t.Context(), &settlementv1.ExportPayoutsRequest{RequestId: uuid.NewString()})
	wantReason(t, "export", err, "PAYOUTS_STOPPED")
	written, err := b.bank.WriteOffEntry(t.Context(), &settlementv1.WriteOffEntryRequest{Reference: "R1"})
	must(t, err)
	if written.GetAmount() != "-0.0100" || !written.GetNeedsSecondPerson() {
		t.Errorf("written off %v", written)
	}
	_, err = b.bank.WriteOffEntry(t.Context(), &settlementv1.WriteOffEntryRequest{Reference: "R2"})
	wantReason(t, "write-off of no entry", err, "ENTRY_NOT_FOUND")
	_, err = b.bank.ImportStatement(t.Context(), &settlementv1.ImportStatementRequest{Document: []byte("<a/>")})
	wantReason(t, "no statement", err, "DOCUMENT_INVALID")
}

func TestWithoutBankAccount(t *testing.T) {
	f := start(t)
	conn := f.Dial(f.insurer, "treasurer")
	_, err := settlementv1.NewBankServiceClient(conn).ImportStatement(t.Context(), &settlementv1.ImportStatementRequest{Document: []byte("<a/>")})
	wantReason(t, "import", err, "BANK_NOT_CONFIGURED")
	_, err = settlementv1.NewPayoutServiceClient(conn).ExportPayouts(t.Context(), &settlementv1.ExportPayoutsRequest{RequestId: uuid.NewString()})
	wantReason(t, "export", err, "BANK_NOT_CONFIGURED")
}
