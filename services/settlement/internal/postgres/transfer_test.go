package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/settlement"
)

// pays is a transfer of an amount from one member's available account to another's.
func pays(from, to string, amount settlement.Amount) settlement.TransferRequest {
	return settlement.TransferRequest{
		ID: uuid.NewString(), Description: "for a test",
		Legs: []settlement.Leg{{From: settlement.Available(from), To: settlement.Available(to), Amount: amount}},
	}
}

// create makes transfers and returns the error of each.
func (l *ledger) create(t fataler, requests ...settlement.TransferRequest) []settlement.TransferResult {
	t.Helper()
	results, err := l.transfers.CreateTransfers(asService(context.Background()), requests)
	if err != nil || len(results) != len(requests) {
		t.Fatalf("%d results of %d, %v", len(results), len(requests), err)
	}
	return results
}

func (l *ledger) wantBalances(t fataler, member string, available, held settlement.Amount) {
	t.Helper()
	if a, h := l.balances(t, member); a != available || h != held {
		t.Fatalf("%s has %s and %s held, want %s and %s", member, a, h, available, held)
	}
}

func TestTransfersOfACallStandOrFallAlone(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 100)
	l.admit(t, "oem", 0)
	first := pays("garage", "oem", 60)
	other := first
	other.Legs = pays("garage", "oem", 61).Legs
	fee := pays("oem", "garage", 5)
	fee.Legs = append(fee.Legs, settlement.Leg{From: settlement.Available("garage"), To: settlement.PoolInfrastructure, Amount: 2})
	for i, c := range []struct {
		request settlement.TransferRequest
		exists  bool
		want    error
	}{
		{request: first},
		{request: first, exists: true},
		{request: other, want: settlement.ErrTransferExists},
		{request: pays("garage", "oem", 41), want: settlement.ErrInsufficientFunds},
		{request: pays("none", "oem", 1), want: settlement.ErrMemberNotFound},
		{request: pays("oem", "none", 1), want: settlement.ErrMemberNotFound},
		{request: pays("oem", "garage", 0), want: settlement.ErrAmountInvalid},
		{request: pays("oem", "oem", 1), want: settlement.ErrAccountNotTransferable},
		{request: settlement.TransferRequest{ID: uuid.NewString(), Legs: []settlement.Leg{{From: settlement.PoolHolder, To: settlement.Available("oem"), Amount: 1}}}, want: settlement.ErrAccountNotTransferable},
		{request: settlement.TransferRequest{ID: uuid.NewString(), Legs: []settlement.Leg{{From: settlement.Available("oem"), To: settlement.Held("oem"), Amount: 1}}}, want: settlement.ErrAccountNotTransferable},
		{request: fee},
	} {
		r := l.create(t, c.request)[0]
		if r.Exists != c.exists || !errors.Is(r.Err, c.want) {
			t.Errorf("%d: %+v, want %v", i, r, c.want)
		}
	}
	// The same in one call meets the same.
	results := l.create(t, pays("garage", "oem", 3), pays("garage", "oem", 1000), first, pays("oem", "garage", 1))
	for i, want := range []error{nil, settlement.ErrInsufficientFunds, nil, nil} {
		if !errors.Is(results[i].Err, want) {
			t.Errorf("%d: %v, want %v", i, results[i].Err, want)
		}
	}
	l.wantBalances(t, "garage", 100-60+5-2-3+1, 0)
	l.wantBalances(t, "oem", 60-5+3-1, 0)
	l.mustBalance(t)
}

func TestLinkedTransfersStandOrFallTogether(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 100)
	l.admit(t, "oem", 0)
	linked := func(requests ...settlement.TransferRequest) []settlement.TransferRequest {
		for i := range requests[:len(requests)-1] {
			requests[i].Linked = true
		}
		return requests
	}
	wantErrors := func(results []settlement.TransferResult, want ...error) {
		t.Helper()
		for i, w := range want {
			if !errors.Is(results[i].Err, w) {
				t.Errorf("%d: %v, want %v", i, results[i].Err, w)
			}
		}
	}
	// What the first brings the second may spend.
	good := linked(pays("garage", "oem", 50), pays("oem", "garage", 20))
	wantErrors(l.create(t, good...), nil, nil)
	for _, r := range l.create(t, good...) {
		if !r.Exists || r.Err != nil {
			t.Errorf("again: %+v", r)
		}
	}
	wantErrors(l.create(t, linked(pays("garage", "oem", 70), pays("garage", "oem", 1), pays("oem", "garage", 1))...),
		settlement.ErrLinkedRefused, settlement.ErrInsufficientFunds, settlement.ErrLinkedRefused)
	wantErrors(l.create(t, linked(pays("garage", "oem", 1), good[1])...), settlement.ErrLinkedRefused, settlement.ErrTransferExists)
	open := pays("garage", "oem", 1)
	open.Linked = true
	if r := l.create(t, open)[0]; !errors.Is(r.Err, settlement.ErrLinkedOpen) {
		t.Errorf("a link to nothing: %v", r.Err)
	}
	l.wantBalances(t, "garage", 70, 0)
	l.wantBalances(t, "oem", 30, 0)
	l.mustBalance(t)
}

func TestPendingTransfers(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 100)
	l.admit(t, "oem", 0)
	ctx := asService(t.Context())
	pending := func(amount settlement.Amount) string {
		t.Helper()
		q := pays("garage", "oem", amount)
		q.PendingTimeout = time.Hour
		if r := l.create(t, q)[0]; r.Err != nil {
			t.Fatal(r.Err)
		}
		return q.ID
	}
	posted, voided, expired := pending(10), pending(20), pending(30)
	l.wantBalances(t, "garage", 40, 60)
	for range 2 {
		if p, err := l.transfers.PostPending(ctx, posted); err != nil || p.State != settlement.PendingPosted {
			t.Errorf("post: %+v, %v", p, err)
		}
		if p, err := l.transfers.VoidPending(ctx, voided); err != nil || p.State != settlement.PendingVoided {
			t.Errorf("void: %+v, %v", p, err)
		}
	}
	l.wantBalances(t, "garage", 60, 30)
	l.wantBalances(t, "oem", 10, 0)
	l.clock.advance(time.Hour)
	if _, err := l.transfers.PostPending(ctx, expired); !errors.Is(err, settlement.ErrTransferExpired) {
		t.Errorf("posted too late: %v", err)
	}
	for _, want := range []int{1, 0} {
		if n, err := l.transfers.Expire(ctx); n != want || err != nil {
			t.Errorf("%d expired, want %d; %v", n, want, err)
		}
	}
	for id, want := range map[string]error{voided: settlement.ErrTransferVoided, expired: settlement.ErrTransferExpired, uuid.NewString(): settlement.ErrTransferNotFound} {
		if _, err := l.transfers.PostPending(ctx, id); !errors.Is(err, want) {
			t.Errorf("post: %v, want %v", err, want)
		}
	}
	if _, err := l.transfers.VoidPending(ctx, posted); !errors.Is(err, settlement.ErrTransferPosted) {
		t.Errorf("voided a posted one: %v", err)
	}
	l.wantBalances(t, "garage", 90, 0)
	l.mustBalance(t)
}

func TestReversalTakesTwoPeopleAndTheMoney(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 100)
	l.admit(t, "oem", 0)
	ctx := asService(t.Context())
	wrong, spent := pays("garage", "oem", 60), pays("garage", "oem", 30)
	l.create(t, wrong, spent)
	reverse := func(id, by, want string, wantErr error) {
		t.Helper()
		got, err := l.transfers.ReverseTransfer(ctx, id, "typing error", by)
		if !errors.Is(err, wantErr) || (got == "") != (want == "") {
			t.Errorf("reversed by %s: %q, %v; want %q, %v", by, got, err, want, wantErr)
		}
	}
	reverse(wrong.ID, "ann", "", nil)
	reverse(wrong.ID, "ann", "", nil)
	l.wantBalances(t, "oem", 90, 0)
	reverse(wrong.ID, "bob", "done", nil)
	reverse(wrong.ID, "ann", "done", nil)
	l.wantBalances(t, "oem", 30, 0)
	l.wantBalances(t, "garage", 70, 0)
	l.create(t, pays("oem", "garage", 25))
	reverse(spent.ID, "ann", "", nil)
	reverse(spent.ID, "bob", "", settlement.ErrInsufficientFunds)
	reverse(uuid.NewString(), "bob", "", settlement.ErrTransferNotFound)
	var mint string
	if err := l.owner.QueryRow(ctx, `SELECT id FROM transfer WHERE kind = 'mint'`).Scan(&mint); err != nil {
		t.Fatal(err)
	}
	reverse(mint, "bob", "", settlement.ErrNotReversible)
	l.mustBalance(t)
}

func TestMembersSeeTheirSideOfATransfer(t *testing.T) {
	l := newLedger(t)
	for _, m := range []string{"garage", "oem", "other"} {
		l.admit(t, m, 100)
	}
	q := pays("garage", "oem", 60)
	l.create(t, q)
	for member, want := range map[string]settlement.Amount{"garage": -60, "oem": 60} {
		got, err := l.transfers.MemberTransfer(t.Context(), member, q.ID)
		if err != nil || len(got.Postings) != 1 || got.Postings[0] != (settlement.Posting{Account: settlement.Available(member), Amount: want}) || got.Description != q.Description {
			t.Errorf("%s sees %+v, %v", member, got, err)
		}
	}
	if got, err := l.transfers.MemberTransfer(t.Context(), "other", q.ID); !errors.Is(err, settlement.ErrTransferNotFound) {
		t.Errorf("another sees %+v, %v", got, err)
	}
	all, err := l.transfers.Transfers(t.Context(), 0, 10)
	if err != nil || len(all) != 4 || all[3].ID != q.ID || len(all[3].Postings) != 2 {
		t.Fatalf("all: %+v, %v", all, err)
	}
	rest, err := l.transfers.Transfers(t.Context(), all[2].Seq, 10)
	if err != nil || len(rest) != 1 || rest[0].ID != q.ID {
		t.Errorf("the rest: %+v, %v", rest, err)
	}
}
