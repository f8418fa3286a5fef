package server_test

import (
	"context"
	"testing"
	"time"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement/server"
)

func TestAbandonedHoldIsGivenBack(t *testing.T) {
	f := startWith(t, func(c *server.Config) { c.HoldTimeout, c.SweepInterval = time.Millisecond, 20*time.Millisecond })
	f.fund(t, f.insurer, "2.5")
	held, err := f.registry.HoldRead(t.Context(), f.holdRequest(f.insurer))
	must(t, err)

	insurer := f.as(f.insurer)
	ctx, cancel := context.WithTimeout(t.Context(), messagePatience)
	defer cancel()
	for state := settlementv1.ReadState_READ_STATE_HELD; state == settlementv1.ReadState_READ_STATE_HELD; {
		resp, err := insurer.GetRead(ctx, &settlementv1.GetReadRequest{Name: held.GetRead().GetName()})
		must(t, err)
		state = resp.GetRead().GetState()
	}
	_, err = f.registry.CaptureRead(t.Context(), &settlementv1.CaptureReadRequest{Name: held.GetRead().GetName()})
	wantReason(t, "capture of the abandoned read", err, "READ_VOIDED")
	accounts, err := insurer.ListAccounts(t.Context(), &settlementv1.ListAccountsRequest{})
	must(t, err)
	if got := accounts.GetAccounts()[0].GetBalance(); got != "2.5000" {
		t.Errorf("%s available", got)
	}
}
