package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// standing is a bank whose ledger began two months ago, where the garage is paid out each month and had 150.0075 at the end of the last.
func standing(t *testing.T) (*bank, *closing) {
	t.Helper()
	b := newBank(t)
	c := &closing{b.ledger, settlement.NewCloser(b.store, uncounted{})}
	b.admit(t, "garage", 0)
	c.openedDaysAgo(t, time.Now().UTC().Day()+40)
	_, err := b.owner.Exec(t.Context(), `INSERT INTO transfer (id, kind, description, input_hash, created_at, accounts, amounts)
		VALUES ($1, 'mint', 'earlier', sha256(''), now() - $2 * interval '1 day', ARRAY['bank:eur', 'member:garage:available'], ARRAY[-1500075, 1500075])`,
		uuid.NewString(), time.Now().UTC().Day()+5)
	if err != nil {
		t.Fatal(err)
	}
	order := settlement.StandingPayout{
		Member: "garage", Creditor: iso20022.Party{Name: "Garage du Lac", IBAN: "FR1420041010050500013M02606"}, Keep: 20 * euro, SetBy: "garage/first",
	}
	if err := b.SetStandingPayout(asService(t.Context()), order); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Exec(t.Context(), `UPDATE standing_payout SET set_at = set_at - interval '70 days'`); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CloseDue(asService(t.Context())); err != nil {
		t.Fatal(err)
	}
	return b, c
}

func (b *bank) payMonth(t *testing.T, want int, wantErr error) {
	t.Helper()
	if got, err := b.PayMonth(asService(t.Context())); got != want || !errors.Is(err, wantErr) {
		t.Errorf("%d payouts requested, want %d; %v, want %v", got, want, err, wantErr)
	}
}

func TestMonthIsPaidOutOnce(t *testing.T) {
	b, _ := standing(t)
	b.payMonth(t, 0, settlement.ErrPayoutsStopped) // no receipt covers what the garage has
	_, err := b.owner.Exec(t.Context(), `INSERT INTO receipt (bank_reference, request_id, member, amount, transfer, balance_after)
		SELECT 'R1', gen_random_uuid(), 'garage', 1500075, id, 0 FROM transfer`)
	if err != nil {
		t.Fatal(err)
	}
	b.payMonth(t, 1, nil)
	b.payMonth(t, 0, nil)
	payouts, err := b.MemberPayouts(t.Context(), "garage", 1<<60, 10)
	if err != nil || len(payouts) != 1 {
		t.Fatalf("payouts %+v, %v", payouts, err)
	}
	p := payouts[0]
	got := settlement.Payout{Member: p.Member, Amount: p.Amount, Creditor: p.Creditor, State: p.State, RequestedBy: p.RequestedBy}
	want := settlement.Payout{
		Member: "garage", Amount: 130 * euro, State: settlement.PayoutRequested, RequestedBy: "garage/first",
		Creditor: iso20022.Party{Name: "Garage du Lac", IBAN: "FR1420041010050500013M02606"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("payout (-want +got):\n%s", diff)
	}
	if available, _ := b.balances(t, "garage"); available != 20*euro+75 {
		t.Errorf("%s stay available", available)
	}
}

// TestNothingIsPaidOut when the order was set too late, was ended, or nothing is left.
func TestNothingIsPaidOut(t *testing.T) {
	for name, change := range map[string]string{
		"set after the month": `UPDATE standing_payout SET set_at = now()`,
		"ended":               `DELETE FROM standing_payout`,
		"keeps all":           `UPDATE standing_payout SET keep = 1500000`,
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := standing(t)
			if _, err := b.owner.Exec(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			b.payMonth(t, 0, nil)
		})
	}
}

func TestStandingPayoutIsTheMembersOwn(t *testing.T) {
	b, _ := standing(t)
	b.admit(t, "oem", 0)
	if _, err := b.StandingPayout(t.Context(), "oem"); !errors.Is(err, settlement.ErrStandingPayoutNotFound) {
		t.Errorf("oem: %v", err)
	}
	if s, err := b.StandingPayout(t.Context(), "garage"); err != nil || s.Keep != 20*euro {
		t.Errorf("garage: %+v, %v", s, err)
	}
	ctx := asService(t.Context())
	if err := b.SetStandingPayout(ctx, settlement.StandingPayout{Member: "none", Creditor: iso20022.Party{Name: "A", IBAN: consortiumIBAN}}); !errors.Is(err, settlement.ErrMemberNotFound) {
		t.Errorf("a member without accounts: %v", err)
	}
	if err := b.SetStandingPayout(ctx, settlement.StandingPayout{Member: "garage", Creditor: iso20022.Party{Name: "A", IBAN: "DE00"}}); err == nil {
		t.Error("no IBAN is taken")
	}
	if err := b.DeleteStandingPayout(ctx, "garage"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.StandingPayout(t.Context(), "garage"); !errors.Is(err, settlement.ErrStandingPayoutNotFound) {
		t.Errorf("after its end: %v", err)
	}
}
