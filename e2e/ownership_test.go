package e2e_test

import (
	"net/http"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// testOwnership moves a vehicle through its life and to another holder, half of it over gRPC and half over REST.
func testOwnership(t *testing.T, w *world) {
	passport := w.newPassport(t, w.oem)
	t.Run("life cycle", func(t *testing.T) { lifeCycle(t, w, passport) })
	t.Run("change of holder", func(t *testing.T) { changeOfHolder(t, w, passport) })
}

func lifeCycle(t *testing.T, w *world, passport string) {
	ctx := t.Context()
	before, err := w.oem.Passports.GetPassport(ctx, &registryv1.GetPassportRequest{Name: passport})
	if err != nil {
		t.Fatal(err)
	}
	registered := &registryv1.TransitionPassportRequest{
		RequestId: newID(), Name: passport, To: registryv1.LifeCycle_LIFE_CYCLE_REGISTERED, Etag: before.GetPassport().GetEtag(),
	}
	first, err := w.oem.Passports.TransitionPassport(ctx, registered)
	if err != nil {
		t.Fatal(err)
	}
	again := &registryv1.Passport{}
	if err := w.oem.REST.Call(ctx, "POST", "/v1/"+passport+":transition", withoutName(registered), again); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "the passport after the same request", first.GetPassport(), again)

	stale := &registryv1.TransitionPassportRequest{RequestId: newID(), To: registryv1.LifeCycle_LIFE_CYCLE_STOLEN, Etag: before.GetPassport().GetEtag()}
	foreign := &registryv1.TransitionPassportRequest{RequestId: newID(), To: registryv1.LifeCycle_LIFE_CYCLE_DISMANTLED}
	impossible := &registryv1.TransitionPassportRequest{RequestId: newID(), To: registryv1.LifeCycle_LIFE_CYCLE_MANUFACTURED}
	for _, c := range []struct {
		caller *caller.Caller
		req    *registryv1.TransitionPassportRequest
		status int
		reason string
	}{
		{w.insurer, stale, http.StatusConflict, "ETAG_MISMATCH"},
		{w.oem, foreign, http.StatusForbidden, "TRANSITION_NOT_YOURS"},
		{w.oem, impossible, http.StatusConflict, "TRANSITION_NOT_ALLOWED"},
	} {
		err := c.caller.REST.Call(ctx, "POST", "/v1/"+passport+":transition", c.req, nil)
		if f := caller.FaultOf(err); f.Status != c.status || f.Reason != c.reason {
			t.Errorf("%v, want %d %s", err, c.status, c.reason)
		}
	}
	steps, err := w.garage.Passports.ListTransitions(ctx, &registryv1.ListTransitionsRequest{Parent: passport})
	if err != nil {
		t.Fatal(err)
	}
	rest := &registryv1.ListTransitionsResponse{}
	if err := w.garage.REST.Call(ctx, "GET", "/v1/"+passport+"/transitions", nil, rest); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "transitions", steps, rest)
	if n := len(steps.GetTransitions()); n != 1 || steps.GetTransitions()[0].GetMember() != "members/oem" {
		t.Errorf("%d transitions: %v", n, steps)
	}
}

// withoutName leaves out what stands in the path.
func withoutName(r *registryv1.TransitionPassportRequest) *registryv1.TransitionPassportRequest {
	return &registryv1.TransitionPassportRequest{RequestId: r.GetRequestId(), To: r.GetTo(), Etag: r.GetEtag(), Reason: r.GetReason()}
}

func changeOfHolder(t *testing.T, w *world, passport string) {
	ctx := t.Context()
	proposed := &registryv1.ProposeOwnershipTransferResponse{}
	path := "/v1/" + passport + "/ownershipTransfers"
	if err := w.oem.REST.Call(ctx, "POST", path, &registryv1.ProposeOwnershipTransferRequest{RequestId: newID()}, proposed); err != nil {
		t.Fatal(err)
	}
	code := proposed.GetAcceptanceCode()
	if code == "" {
		t.Fatal("the proposal shows no code")
	}
	w.secrets = append(w.secrets, code)
	accept := &registryv1.AcceptOwnershipTransferRequest{RequestId: newID(), Name: proposed.GetTransfer().GetName(), AcceptanceCode: "wrong"}
	_, err := w.garage.Passports.AcceptOwnershipTransfer(ctx, accept)
	if f := caller.FaultOf(err); f.Code != codes.PermissionDenied || f.Reason != "TRANSFER_CODE_WRONG" || f.Field != "acceptance_code" {
		t.Errorf("a wrong code: %v", err)
	}
	accept.RequestId, accept.AcceptanceCode = newID(), code
	accepted, err := w.garage.Passports.AcceptOwnershipTransfer(ctx, accept)
	if err != nil || accepted.GetTransfer().GetState() != registryv1.OwnershipTransferState_OWNERSHIP_TRANSFER_STATE_ACCEPTED {
		t.Fatalf("the right code: %v, %v", accepted, err)
	}
	periods, err := w.garage.Passports.ListOwnershipPeriods(ctx, &registryv1.ListOwnershipPeriodsRequest{Parent: passport})
	if err != nil {
		t.Fatal(err)
	}
	rest := &registryv1.ListOwnershipPeriodsResponse{}
	if err := w.oem.REST.Call(ctx, "GET", "/v1/"+passport+"/ownershipPeriods", nil, rest); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "ownership periods", periods, rest)
	if n := len(periods.GetPeriods()); n != 2 || periods.GetPeriods()[0].GetEndTime() == nil || periods.GetPeriods()[1].GetEndTime() != nil {
		t.Errorf("%d periods: %v", n, periods)
	}
}
