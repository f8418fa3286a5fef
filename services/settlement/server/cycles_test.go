package server_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/verify/balance"
)

func cyclesOf(t *testing.T, f *fixture, who string) settlementv1.CycleServiceClient {
	t.Helper()
	if who == "treasurer" {
		return settlementv1.NewCycleServiceClient(f.Dial(f.insurer, who))
	}
	return settlementv1.NewCycleServiceClient(f.Dial(f.garage, who))
}

func closeNow(t *testing.T, cycles settlementv1.CycleServiceClient) *settlementv1.Cycle {
	t.Helper()
	list, err := cycles.ListCycles(t.Context(), &settlementv1.ListCyclesRequest{})
	must(t, err)
	closed, err := cycles.CloseCycle(t.Context(), &settlementv1.CloseCycleRequest{Name: list.GetOpenCycle()})
	must(t, err)
	return closed.GetCycle()
}

// TestBalanceProofOfAMember goes from the close of a cycle to the entry in the journal that a proof leads to.
func TestBalanceProofOfAMember(t *testing.T) {
	f := start(t)
	f.fund(t, f.garage, "10.5")
	f.fund(t, f.insurer, "20")
	treasurer, garage := cyclesOf(t, f, "treasurer"), cyclesOf(t, f, "admin")
	closed := closeNow(t, treasurer)
	want := &settlementv1.Cycle{
		Name: closed.GetName(), StartTime: closed.GetStartTime(), EndTime: closed.GetEndTime(), CloseTime: closed.GetCloseTime(), Root: closed.GetRoot(),
		Covered: true, Total: "30.5000", Reserve: "0.0000", Unconfirmed: "30.5000", Credit: "0.0000",
	}
	if diff := cmp.Diff(want, closed, protocmp.Transform()); diff != "" {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
	f.fund(t, f.garage, "1")
	got, err := garage.GetCycle(t.Context(), &settlementv1.GetCycleRequest{Name: closed.GetName()})
	must(t, err)
	if !proto.Equal(got.GetCycle(), closed) {
		t.Errorf("the cycle is %v", got)
	}

	resp, err := garage.GetBalanceProof(t.Context(), &settlementv1.GetBalanceProofRequest{Name: closed.GetName()})
	must(t, err)
	report, err := balance.Verify(resp.GetProof())
	must(t, err)
	if b := report.Balances; len(b) != 4 || b[0].GetBalance() != 105_000 || b[3].GetBalance() != 0 || !report.Covered() || report.Member != f.garage.Name() {
		t.Errorf("the proof shows %+v", report)
	}
	wantJournaled(t, f, resp.GetProof(), report)

	for name, reason := range map[string]string{"cycles/999": "CYCLE_NOT_FOUND", "cycles/x": "INVALID_FIELD"} {
		_, err = garage.GetBalanceProof(t.Context(), &settlementv1.GetBalanceProofRequest{Name: name})
		wantReason(t, name, err, reason)
	}
	_, err = treasurer.CloseCycle(t.Context(), &settlementv1.CloseCycleRequest{Name: "cycles/999"})
	wantReason(t, "a cycle to come", err, "CYCLE_NOT_OPEN")
}

// wantJournaled looks for the proof's leaf in the journal, as a member does.
func wantJournaled(t *testing.T, f *fixture, p *settlementv1.BalanceProof, report balance.Report) {
	t.Helper()
	const keyBytes, entryBytes = 32, 64
	logs := journalv1.NewLogServiceClient(f.Dial(f.garage, "admin"))
	ctx, cancel := context.WithTimeout(t.Context(), messagePatience)
	defer cancel()
	for ctx.Err() == nil {
		stream, err := logs.ReadEntries(ctx, &journalv1.ReadEntriesRequest{Stream: p.GetStream(), First: p.GetJournaledAfter(), Limit: 100})
		must(t, err)
		answer, err := stream.Recv()
		if err != nil {
			continue // nothing is journaled yet
		}
		for entry := range slices.Chunk(answer.GetEntries(), entryBytes) {
			if bytes.Equal(entry[keyBytes:], report.Commitment[:]) {
				return
			}
		}
	}
	t.Error("the journal has no entry of the proof's leaf")
}

func TestCyclesInPages(t *testing.T) {
	f := start(t)
	cycles := cyclesOf(t, f, "treasurer")
	var names, got []string
	for range 3 {
		names = append(names, closeNow(t, cycles).GetName())
	}
	slices.Reverse(names)
	req := &settlementv1.ListCyclesRequest{PageSize: 2}
	for range 2 {
		page, err := cycles.ListCycles(t.Context(), req)
		must(t, err)
		for _, c := range page.GetCycles() {
			got = append(got, c.GetName())
		}
		req.PageToken = page.GetNextPageToken()
	}
	if diff := cmp.Diff(names, got); diff != "" || req.PageToken != "" {
		t.Errorf("cycles (-want +got):\n%snext page %q", diff, req.PageToken)
	}
}
