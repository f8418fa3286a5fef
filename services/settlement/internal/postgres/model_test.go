package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/services/settlement"
)

// holdTimeout is how old a hold must be for the model's sweep.
const holdTimeout = 15 * time.Minute

// TestLedgerFollowsModel runs random operations on the ledger and on a model of maps, and compares all balances after
// each.
func TestLedgerFollowsModel(t *testing.T) {
	l := newLedger(t)
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t, l)
		t.Repeat(map[string]func(*rapid.T){
			"":        m.compare,
			"mint":    m.mint,
			"remint":  m.remint,
			"hold":    m.hold,
			"rehold":  m.rehold,
			"capture": m.capture,
			"void":    m.void,
			"sweep":   m.sweep,
		})
	})
}

// model says what the books of three members must be. The pools are shared with earlier runs, so it counts their gains.
type model struct {
	ledger    *ledger
	members   []string
	available map[string]settlement.Amount
	held      map[string]settlement.Amount
	pools     map[string]settlement.Amount
	receipts  []settlement.Receipt
	requests  []settlement.HoldRequest
	reads     []settlement.Read // reads[i] is of requests[i]
}

func newModel(t *rapid.T, l *ledger) *model {
	m := &model{
		ledger: l, available: map[string]settlement.Amount{}, held: map[string]settlement.Amount{},
		pools: poolBalances(l.mustBalance(t)),
	}
	for _, prefix := range []string{"a", "b", "c"} {
		member := testkit.ID(prefix)
		l.admit(t, member, 0)
		m.members = append(m.members, member)
	}
	return m
}

func poolBalances(b settlement.TrialBalance) map[string]settlement.Amount {
	pools := map[string]settlement.Amount{}
	for _, line := range b.Lines {
		if line.Name == string(settlement.PoolHolder) || line.Name == string(settlement.PoolInfrastructure) {
			pools[line.Name] = line.Balance
		}
	}
	return pools
}

func (m *model) compare(t *rapid.T) {
	for name, balance := range poolBalances(m.ledger.mustBalance(t)) {
		if balance != m.pools[name] {
			t.Fatalf("%s has %s, want %s", name, balance, m.pools[name])
		}
	}
	for _, member := range m.members {
		available, held := m.ledger.balances(t, member)
		if available != m.available[member] || held != m.held[member] {
			t.Fatalf("%s has %s and %s held, want %s and %s", member, available, held, m.available[member], m.held[member])
		}
	}
}

func (m *model) member(t *rapid.T) string { return rapid.SampledFrom(m.members).Draw(t, "member") }

func (m *model) mint(t *rapid.T) {
	r := receipt(m.member(t), settlement.Amount(rapid.Int64Range(1, 100_000).Draw(t, "amount")))
	recorded, err := m.ledger.RecordReceipt(asService(context.Background()), r)
	if err != nil {
		t.Fatal(err)
	}
	m.available[r.Member] += r.Amount
	if recorded.Balance != m.available[r.Member] {
		t.Fatalf("balance after the receipt is %s", recorded.Balance)
	}
	m.receipts = append(m.receipts, recorded)
}

func (m *model) remint(t *rapid.T) {
	if len(m.receipts) == 0 {
		return
	}
	first := rapid.SampledFrom(m.receipts).Draw(t, "receipt")
	again, err := m.ledger.RecordReceipt(asService(context.Background()), settlement.Receipt{
		RequestID: first.RequestID, BankReference: first.BankReference, Member: first.Member, Amount: first.Amount,
	})
	if err != nil || again != first {
		t.Fatalf("recorded again: %+v, %v; want %+v", again, err, first)
	}
}

func (m *model) hold(t *rapid.T) {
	q := request(m.member(t))
	r, err := m.ledger.HoldRead(asService(context.Background()), q)
	if m.available[q.Payer] < price {
		if !errors.Is(err, settlement.ErrInsufficientFunds) {
			t.Fatalf("held without funds: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.available[q.Payer] -= price
	m.held[q.Payer] += price
	m.requests, m.reads = append(m.requests, q), append(m.reads, r)
}

func (m *model) pick(t *rapid.T) (i int, ok bool) {
	if len(m.reads) == 0 {
		return 0, false
	}
	return rapid.IntRange(0, len(m.reads)-1).Draw(t, "read"), true
}

func (m *model) rehold(t *rapid.T) {
	i, ok := m.pick(t)
	if !ok {
		return
	}
	r, err := m.ledger.HoldRead(asService(context.Background()), m.requests[i])
	if err != nil || r.ID != m.reads[i].ID || r.State != m.reads[i].State {
		t.Fatalf("held again: %+v, %v; want %+v", r, err, m.reads[i])
	}
}

func (m *model) capture(t *rapid.T) {
	i, ok := m.pick(t)
	if !ok {
		return
	}
	var contributions []settlement.Contribution
	for range rapid.IntRange(0, 4).Draw(t, "contributions") {
		contributions = append(contributions, settlement.Contribution{
			Member: m.member(t), Field: "odometer/2026-01", Quality: rapid.Int64Range(0, settlement.MaxQuality).Draw(t, "quality"),
		})
	}
	r, err := m.ledger.CaptureRead(asService(context.Background()), m.reads[i].ID, contributions)
	switch m.reads[i].State {
	case settlement.ReadVoided:
		if !errors.Is(err, settlement.ErrReadVoided) {
			t.Fatalf("captured a voided read: %v", err)
		}
		return
	case settlement.ReadHeld:
		m.pay(t, r)
	}
	if err != nil || r.State != settlement.ReadCaptured {
		t.Fatalf("captured: %+v, %v", r, err)
	}
	m.reads[i] = r
}

// pay books the shares of a captured read, which must add up to its price.
func (m *model) pay(t *rapid.T, r settlement.Read) {
	m.held[r.Payer] -= r.Price
	left := r.Price
	for _, s := range r.Shares {
		left -= s.Amount
		if member := s.Account.Member(); member != "" {
			m.available[member] += s.Amount
		} else {
			m.pools[string(s.Account)] += s.Amount
		}
	}
	if left != 0 {
		t.Fatalf("%s of the price was not given out: %+v", left, r.Shares)
	}
}

func (m *model) void(t *rapid.T) {
	i, ok := m.pick(t)
	if !ok {
		return
	}
	r, err := m.ledger.VoidRead(asService(context.Background()), m.reads[i].ID)
	if m.reads[i].State == settlement.ReadCaptured {
		if !errors.Is(err, settlement.ErrReadCaptured) {
			t.Fatalf("voided a paid read: %v", err)
		}
		return
	}
	if err != nil || r.State != settlement.ReadVoided {
		t.Fatalf("voided: %+v, %v", r, err)
	}
	m.giveBack(i)
}

func (m *model) giveBack(i int) {
	if r := m.reads[i]; r.State == settlement.ReadHeld {
		m.held[r.Payer] -= r.Price
		m.available[r.Payer] += r.Price
		m.reads[i].State = settlement.ReadVoided
	}
}

func (m *model) sweep(t *rapid.T) {
	m.ledger.clock.advance(holdTimeout + time.Second)
	for i := range m.reads {
		m.giveBack(i)
	}
	for { // earlier runs left holds too; a sweep is bounded
		voided, err := m.ledger.VoidStaleHolds(asService(context.Background()), holdTimeout)
		if err != nil {
			t.Fatal(err)
		}
		if voided == 0 {
			return
		}
	}
}
