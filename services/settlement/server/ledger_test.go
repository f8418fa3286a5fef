package server_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func availableOf(m *stand.Member) string { return "accounts/member:" + m.ID + ":available" }

// paying is a transfer of an amount from one member to another.
func paying(from, to *stand.Member, amount string) *settlementv1.NewTransfer {
	return &settlementv1.NewTransfer{
		Name: "transfers/" + uuid.NewString(), Description: "for a test",
		Legs: []*settlementv1.Leg{{Source: availableOf(from), Destination: availableOf(to), Amount: amount}},
	}
}

func TestTransfersFromRequestToReversal(t *testing.T) {
	f := start(t)
	f.fund(t, f.insurer, "10")
	f.Relate(relations.Relation{Namespace: "Consortium", Object: "pcc", Name: "treasurers", Subject: f.insurer.ID + "/second"})
	seller := settlementv1.NewLedgerServiceClient(f.DialService("registry"))
	first, second := settlementv1.NewLedgerServiceClient(f.Dial(f.insurer, "treasurer")), settlementv1.NewLedgerServiceClient(f.Dial(f.insurer, "second"))
	garage := settlementv1.NewLedgerServiceClient(f.Dial(f.garage, "admin"))

	good, pending := paying(f.insurer, f.garage, "4"), paying(f.insurer, f.garage, "2.5")
	pending.PendingTimeout = durationpb.New(time.Hour)
	linked, last := paying(f.garage, f.insurer, "1"), paying(f.insurer, f.garage, "100")
	linked.Linked = true
	foreign, malformed := paying(f.insurer, f.garage, "1"), paying(f.insurer, f.garage, "1,5")
	foreign.Legs[0].Source = "accounts/pool:holder"
	resp, err := seller.CreateTransfers(t.Context(), &settlementv1.CreateTransfersRequest{
		Transfers: []*settlementv1.NewTransfer{good, good, pending, linked, last, foreign, malformed},
	})
	must(t, err)
	refused := func(reason string) *settlementv1.TransferResult {
		return &settlementv1.TransferResult{Outcome: settlementv1.TransferOutcome_TRANSFER_OUTCOME_REFUSED, Reason: reason}
	}
	want := []*settlementv1.TransferResult{
		{Outcome: settlementv1.TransferOutcome_TRANSFER_OUTCOME_CREATED}, {Outcome: settlementv1.TransferOutcome_TRANSFER_OUTCOME_EXISTS},
		{Outcome: settlementv1.TransferOutcome_TRANSFER_OUTCOME_CREATED}, refused("LINKED_TRANSFER_REFUSED"), refused("INSUFFICIENT_FUNDS"),
		refused("ACCOUNT_NOT_TRANSFERABLE"), refused("AMOUNT_INVALID"),
	}
	if diff := cmp.Diff(want, resp.GetResults(), protocmp.Transform()); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	_, err = seller.PostPendingTransfer(t.Context(), &settlementv1.PostPendingTransferRequest{Name: pending.GetName()})
	must(t, err)
	_, err = seller.VoidPendingTransfer(t.Context(), &settlementv1.VoidPendingTransferRequest{Name: pending.GetName()})
	wantReason(t, "void of a posted transfer", err, "TRANSFER_POSTED")

	got, err := garage.GetTransfer(t.Context(), &settlementv1.GetTransferRequest{Name: good.GetName()})
	must(t, err)
	own := []*settlementv1.TransferPosting{{Account: availableOf(f.garage), Amount: "4.0000"}}
	if diff := cmp.Diff(own, got.GetTransfer().GetPostings(), protocmp.Transform()); diff != "" {
		t.Errorf("the garage's postings (-want +got):\n%s", diff)
	}
	reverse := &settlementv1.ReverseTransferRequest{Name: good.GetName(), Cause: "paid twice"}
	proposed, err := first.ReverseTransfer(t.Context(), reverse)
	must(t, err)
	done, err := second.ReverseTransfer(t.Context(), reverse)
	must(t, err)
	if proposed.GetReversal() != "" || done.GetReversal() == "" {
		t.Errorf("proposed %q, done %q", proposed.GetReversal(), done.GetReversal())
	}
	checkListed(t, first, []string{"mint", "transfer", "pending", "post_pending", "reversal"})
}

// checkListed lists all transfers, two a page.
func checkListed(t *testing.T, auditor settlementv1.LedgerServiceClient, want []string) {
	t.Helper()
	var kinds []string
	req := &settlementv1.ListTransfersRequest{PageSize: 2}
	for {
		page, err := auditor.ListTransfers(t.Context(), req)
		must(t, err)
		for _, transfer := range page.GetTransfers() {
			kinds = append(kinds, transfer.GetKind())
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}
