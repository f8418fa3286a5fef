package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/settlement"
)

func TestReceiptConflicts(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 0)
	l.admit(t, "oem", 0)
	ctx := asService(t.Context())
	first := receipt("garage", price)
	if _, err := l.RecordReceipt(ctx, first); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*settlement.Receipt)
		want   error
	}{
		"same":                          {func(*settlement.Receipt) {}, nil},
		"same receipt, other request":   {func(r *settlement.Receipt) { r.RequestID = uuid.NewString() }, nil},
		"same request, other amount":    {func(r *settlement.Receipt) { r.Amount++ }, settlement.ErrRequestIDReused},
		"same request, other reference": {func(r *settlement.Receipt) { r.BankReference = "other" }, settlement.ErrRequestIDReused},
		"same reference, other member":  {func(r *settlement.Receipt) { r.RequestID, r.Member = uuid.NewString(), "oem" }, settlement.ErrReceiptExists},
		"nothing":                       {func(r *settlement.Receipt) { r.Amount = 0 }, settlement.ErrAmountInvalid},
		"unknown member":                {func(r *settlement.Receipt) { r.Member = "none" }, settlement.ErrMemberNotFound},
		"more than an account can hold": {func(r *settlement.Receipt) { *r = receipt("garage", settlement.MaxAmount) }, settlement.ErrAmountOverflow},
	} {
		r := first
		c.change(&r)
		if _, err := l.RecordReceipt(ctx, r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if available, _ := l.balances(t, "garage"); available != price {
		t.Errorf("%s available", available)
	}
	l.mustBalance(t)
}

func TestHoldErrors(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	l.admit(t, "poor", price-1)
	ctx := asService(t.Context())
	first := request("garage")
	if _, err := l.HoldRead(ctx, first); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*settlement.HoldRequest)
		want   error
	}{
		"same":                         {func(*settlement.HoldRequest) {}, nil},
		"same request, other maximum":  {func(q *settlement.HoldRequest) { q.MaxPrice = price }, settlement.ErrRequestIDReused},
		"same request, other passport": {func(q *settlement.HoldRequest) { q.Passport = uuid.NewString() }, settlement.ErrRequestIDReused},
		"same request, other payer":    {func(q *settlement.HoldRequest) { q.Payer = "poor" }, settlement.ErrInsufficientFunds},
		"empty account":                {func(q *settlement.HoldRequest) { *q = request("garage") }, settlement.ErrInsufficientFunds},
		"unknown payer":                {func(q *settlement.HoldRequest) { *q = request("none") }, settlement.ErrMemberNotFound},
		"unknown product":              {func(q *settlement.HoldRequest) { *q = request("poor"); q.Product = "none" }, settlement.ErrProductUnknown},
		"low maximum":                  {func(q *settlement.HoldRequest) { *q = request("poor"); q.MaxPrice = price - 1 }, settlement.ErrPriceAboveMaximum},
	} {
		q := first
		c.change(&q)
		if _, err := l.HoldRead(ctx, q); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	l.mustBalance(t)
}

func TestCaptureErrors(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	ctx := asService(t.Context())
	if _, err := l.CaptureRead(ctx, uuid.NewString(), nil); !errors.Is(err, settlement.ErrReadNotFound) {
		t.Errorf("unknown read: %v", err)
	}
	if _, err := l.VoidRead(ctx, uuid.NewString()); !errors.Is(err, settlement.ErrReadNotFound) {
		t.Errorf("unknown read: %v", err)
	}
	read := l.hold(t, "garage")
	unknown := []settlement.Contribution{{Member: "none", Field: "odometer/2026-01", Quality: 1}}
	if _, err := l.CaptureRead(ctx, read.ID, unknown); !errors.Is(err, settlement.ErrMemberNotFound) {
		t.Errorf("contributor without accounts: %v", err)
	}
	if _, err := l.VerifyRead(ctx, read.ID, "garage", passport); !errors.Is(err, settlement.ErrReadNotFound) {
		t.Errorf("a held read is verified: %v", err)
	}
	captured, err := l.CaptureRead(ctx, read.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Other contributions change nothing once it is paid.
	again, err := l.CaptureRead(ctx, read.ID, []settlement.Contribution{{Member: "garage", Field: "odometer/2026-01", Quality: 1}})
	if err != nil || len(again.Shares) != len(captured.Shares) || again.SplitVersion != captured.SplitVersion || !again.CaptureTime.Equal(captured.CaptureTime) {
		t.Errorf("captured again: %+v, %v", again, err)
	}
	if _, err := l.VerifyRead(ctx, read.ID, "garage", passport); err != nil {
		t.Error(err)
	}
	if _, err := l.VerifyRead(ctx, read.ID, "oem", passport); !errors.Is(err, settlement.ErrReadNotFound) {
		t.Errorf("verified for another: %v", err)
	}
}

func TestSweepVoidsOnlyStaleHolds(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 3*price)
	ctx := asService(t.Context())
	stale, paid := l.hold(t, "garage"), l.hold(t, "garage")
	if _, err := l.CaptureRead(ctx, paid.ID, nil); err != nil {
		t.Fatal(err)
	}
	l.clock.advance(holdTimeout + time.Second)
	fresh := l.hold(t, "garage")
	voided, err := l.VoidStaleHolds(ctx, holdTimeout)
	if err != nil || voided != 1 {
		t.Fatalf("voided %d, %v", voided, err)
	}
	for id, want := range map[string]settlement.ReadState{
		stale.ID: settlement.ReadVoided, paid.ID: settlement.ReadCaptured, fresh.ID: settlement.ReadHeld,
	} {
		if r, err := l.MemberRead(t.Context(), "garage", id); err != nil || r.State != want {
			t.Errorf("%s: %s, %v; want %s", id, r.State, err, want)
		}
	}
}

func TestPriceInForceIsTheLatestThatHasCome(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 10*price)
	_, err := l.owner.Exec(t.Context(), `INSERT INTO price (product, version, effective_date, amount) VALUES
		('passport-report', 2, '2026-03-02', 29000), ('passport-report', 3, '2026-03-02', 30000), ('passport-report', 4, '2025-01-01', 1),
		('future', 1, '2026-03-02', 5)`)
	if err != nil {
		t.Fatal(err)
	}
	q := request("garage")
	if r, err := l.HoldRead(asService(t.Context()), q); err != nil || r.Price != price {
		t.Fatalf("on the day before: %s, %v", r.Price, err)
	}
	prices, err := l.Prices(t.Context())
	if err != nil || len(prices) != 1 || prices[0].Amount != price {
		t.Errorf("prices %v, %v", prices, err)
	}
	l.clock.advance(12 * time.Hour) // to midnight UTC
	if r := l.hold(t, "garage"); r.Price != 30_000 {
		t.Errorf("on the day: %s", r.Price)
	}
	if r, err := l.HoldRead(asService(t.Context()), q); err != nil || r.Price != price {
		t.Errorf("a repeated request gets another price: %s, %v", r.Price, err)
	}
}

func TestAccountsAreOpenedAndToldOnce(t *testing.T) {
	l := newLedger(t)
	for range 2 {
		l.admit(t, "garage", 0)
	}
	var messages, audits int
	err := l.owner.QueryRow(t.Context(), `SELECT (SELECT count(1) FROM outbox WHERE subject = 'pcc.settlement.v1.member_accounts_opened'),
		(SELECT count(1) FROM audit WHERE action = 'OpenMemberAccounts' AND object = 'members/garage' AND subject = 'service/registry')`).Scan(&messages, &audits)
	if err != nil || messages != 1 || audits != 1 {
		t.Errorf("%d messages, %d audit rows, %v", messages, audits, err)
	}
}
