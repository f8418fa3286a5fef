package postgres_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/iso20022/iso20022test"
)

// TestBankFollowsModel runs random payouts and statements on the ledger and on a model of maps, and compares balances, states
// and the peg after each.
func TestBankFollowsModel(t *testing.T) {
	b := newBank(t)
	rapid.Check(t, func(t *rapid.T) {
		m := &bankModel{bank: b, member: testkit.ID("a"), states: map[string]settlement.PayoutState{}}
		b.admit(t, m.member, 0)
		t.Repeat(map[string]func(*rapid.T){
			"":          m.compare,
			"credit":    m.credit,
			"by hand":   m.byHand,
			"request":   m.request,
			"cancel":    m.cancel,
			"export":    m.export,
			"reject":    m.reject,
			"pay":       m.pay,
			"return":    m.giveBack,
			"surprise":  m.surprise,
			"undo":      m.undo,
			"duplicate": m.duplicate,
		})
		m.undo(t) // the next run shares the bank
		for _, p := range m.payouts {
			if m.states[p.ID] == settlement.PayoutRequested {
				m.end(t, p, b.CancelPayout, settlement.PayoutCancelled)
			}
		}
	})
}

// bankModel says what one member's available balance and payouts must be, and by how much bank and ledger must differ.
type bankModel struct {
	bank      *bank
	member    string
	available settlement.Amount
	payouts   []settlement.Payout
	states    map[string]settlement.PayoutState
	// gap is what statements have taken out of the reserve unexplained, in cents.
	gap int64
}

func (m *bankModel) compare(t *rapid.T) {
	m.bank.wantAvailable(t, m.member, m.available)
	m.bank.wantPeg(t, m.gap == 0)
	payouts, err := m.bank.MemberPayouts(context.Background(), m.member, math.MaxInt64, len(m.payouts)+1)
	if err != nil || len(payouts) != len(m.payouts) {
		t.Fatalf("%d payouts, want %d: %v", len(payouts), len(m.payouts), err)
	}
	for _, p := range payouts {
		if p.State != m.states[p.ID] {
			t.Fatalf("%s is %s, want %s", p.ID, p.State, m.states[p.ID])
		}
	}
}

func drawCents(t *rapid.T) int64 { return rapid.Int64Range(1, 5000).Draw(t, "cents") }

func (m *bankModel) credit(t *rapid.T) {
	cents := drawCents(t)
	m.bank.book(t, iso20022test.Entry{Reference: uuid.NewString()[:35], Cents: cents, Text: "PCC/" + m.member})
	m.available += settlement.Amount(cents) * 100
}

// byHand records a receipt that the next statement confirms.
func (m *bankModel) byHand(t *rapid.T) {
	r := receipt(m.member, settlement.Amount(drawCents(t))*100)
	r.BankReference = r.BankReference[:35]
	if _, err := m.bank.RecordReceipt(asService(context.Background()), r); err != nil {
		t.Fatal(err)
	}
	m.available += r.Amount
	m.compare(t)
	m.bank.book(t, iso20022test.Entry{Reference: r.BankReference, Cents: int64(r.Amount / 100), Text: "PCC/" + m.member})
}

func (m *bankModel) request(t *rapid.T) {
	amount := settlement.Amount(drawCents(t)) * 100
	p, err := m.bank.RequestPayout(asService(context.Background()), payoutRequest(m.member, amount, "first"))
	var want error
	switch {
	case m.gap != 0:
		want = settlement.ErrPayoutsStopped
	case amount > m.available:
		want = settlement.ErrInsufficientFunds
	}
	if !errors.Is(err, want) {
		t.Fatalf("request: %v, want %v", err, want)
	}
	if err == nil {
		m.available -= amount
		m.payouts = append(m.payouts, p)
		m.states[p.ID] = settlement.PayoutRequested
	}
}

func (m *bankModel) export(t *rapid.T) {
	waiting := 0
	for _, s := range m.states {
		if s == settlement.PayoutRequested {
			waiting++
		}
	}
	batch, err := m.bank.ExportPayouts(asService(context.Background()), uuid.NewString())
	var want error
	switch {
	case m.gap != 0:
		want = settlement.ErrPayoutsStopped
	case waiting == 0:
		want = settlement.ErrNothingToExport
	}
	if !errors.Is(err, want) || err == nil && batch.Payments != waiting {
		t.Fatalf("export of %d: %d, %v, want %v", waiting, batch.Payments, err, want)
	}
	if err == nil {
		for id, s := range m.states {
			if s == settlement.PayoutRequested {
				m.states[id] = settlement.PayoutExported
			}
		}
	}
}

// in draws a payout in a state; found is false when there is none.
func (m *bankModel) in(t *rapid.T, state settlement.PayoutState) (_ settlement.Payout, found bool) {
	var all []settlement.Payout
	for _, p := range m.payouts {
		if m.states[p.ID] == state {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return settlement.Payout{}, false
	}
	return rapid.SampledFrom(all).Draw(t, "payout"), true
}

func (m *bankModel) cancel(t *rapid.T) {
	if p, found := m.in(t, settlement.PayoutRequested); found {
		m.end(t, p, m.bank.CancelPayout, settlement.PayoutCancelled)
	}
}

func (m *bankModel) reject(t *rapid.T) {
	reject := func(ctx context.Context, _, id string) (settlement.Payout, error) {
		return m.bank.RejectPayout(ctx, id)
	}
	if p, found := m.in(t, settlement.PayoutExported); found {
		m.end(t, p, reject, settlement.PayoutRejected)
	}
}

func (m *bankModel) end(
	t *rapid.T, p settlement.Payout, call func(ctx context.Context, member, id string) (settlement.Payout, error), state settlement.PayoutState,
) {
	if _, err := call(asService(context.Background()), m.member, p.ID); err != nil {
		t.Fatal(err)
	}
	m.states[p.ID] = state
	m.available += p.Amount
}

func (m *bankModel) pay(t *rapid.T) {
	p, found := m.in(t, settlement.PayoutExported)
	if !found {
		return
	}
	m.bank.book(t, iso20022test.Entry{Reference: uuid.NewString()[:35], Cents: -int64(p.Amount / 100), EndToEnd: endToEnd(p)})
	m.states[p.ID] = settlement.PayoutPaid
}

func (m *bankModel) giveBack(t *rapid.T) {
	p, found := m.in(t, settlement.PayoutPaid)
	if !found {
		return
	}
	m.bank.book(t, iso20022test.Entry{Reference: uuid.NewString()[:35], Cents: int64(p.Amount / 100), EndToEnd: endToEnd(p), Returned: true})
	m.states[p.ID] = settlement.PayoutReturned
	m.available += p.Amount
}

// surprise takes euro from the account for no reason that the ledger knows.
func (m *bankModel) surprise(t *rapid.T) {
	cents := drawCents(t)
	m.bank.book(t, iso20022test.Entry{Reference: uuid.NewString()[:35], Cents: -cents})
	m.gap += cents
}

func (m *bankModel) undo(t *rapid.T) {
	if m.gap != 0 {
		m.bank.book(t, iso20022test.Entry{Reference: uuid.NewString()[:35], Cents: m.gap, Returned: true})
		m.gap = 0
	}
}

// duplicate imports a new statement twice.
func (m *bankModel) duplicate(t *rapid.T) {
	cents := drawCents(t)
	id, opening := uuid.NewString()[:35], m.bank.closing
	document := iso20022test.Statement(id, consortiumIBAN, opening, iso20022test.Entry{Reference: id, Cents: cents, Text: "PCC/" + m.member})
	for range 2 {
		if _, _, err := m.bank.ImportStatement(asService(context.Background()), document); err != nil {
			t.Fatal(err)
		}
	}
	m.bank.closing += cents
	m.available += settlement.Amount(cents) * 100
}
