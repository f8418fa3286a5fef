package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/settlement"
)

// modelBatch is how many transfers a call asks for. Rapid checks a property a hundred times: that makes 10^5.
const modelBatch = 1000

// TestTransfersFollowModel makes 10^5 random transfers of all kinds, in calls of a thousand, on the ledger and on a model of maps: what is
// repeated, refused, linked, pending, posted and voided is as the model says, and so are all balances. Rapid prints the seed of a run
// that fails.
func TestTransfersFollowModel(t *testing.T) {
	l := newLedger(t)
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		m := &transferModel{
			ledger: l, random: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // a test repeats it
			available: map[string]settlement.Amount{}, held: map[string]settlement.Amount{}, made: map[string]settlement.TransferRequest{},
		}
		for n := range 8 {
			member := fmt.Sprintf("m%d-%s", n, uuid.NewString()[:8])
			l.admit(t, member, 500)
			m.members = append(m.members, member)
			m.available[member] = 500
		}
		m.call(t)
		m.end(t)
		m.compare(t)
	})
	l.mustBalance(t)
}

// transferModel says what the accounts of some members must be.
type transferModel struct {
	ledger          *ledger
	random          *rand.Rand
	members         []string
	available, held map[string]settlement.Amount
	made            map[string]settlement.TransferRequest
	ids             []string // of made, in their order
	open            []string // ids of pending transfers
}

func (m *transferModel) member() string { return m.members[m.random.IntN(len(m.members))] }

// request draws a transfer: new ones of one or two legs, some of them pending, some that were made before, and some with the id of one.
func (m *transferModel) request() settlement.TransferRequest {
	q := settlement.TransferRequest{ID: uuid.NewString(), Description: "model"}
	for range 1 + m.random.IntN(2) {
		from, to := m.member(), m.member()
		for from == to {
			to = m.member()
		}
		q.Legs = append(q.Legs, settlement.Leg{From: settlement.Available(from), To: settlement.Available(to), Amount: settlement.Amount(1 + m.random.IntN(150))})
	}
	switch {
	case m.random.IntN(5) == 0:
		q.PendingTimeout = time.Hour
	case len(m.ids) > 0 && m.random.IntN(20) == 0:
		q = m.made[m.ids[m.random.IntN(len(m.ids))]]
	case len(m.ids) > 0 && m.random.IntN(50) == 0:
		q.ID = m.ids[m.random.IntN(len(m.ids))]
	}
	q.Linked = m.random.IntN(4) == 0
	return q
}

// call makes a call of random transfers and compares what came of each.
func (m *transferModel) call(t *rapid.T) {
	requests := make([]settlement.TransferRequest, modelBatch)
	for i := range requests {
		requests[i] = m.request()
	}
	requests[modelBatch-1].Linked = false
	results := m.ledger.create(t, requests...)
	for start := 0; start < modelBatch; {
		end := start + 1
		for requests[end-1].Linked {
			end++
		}
		m.chain(t, requests[start:end], results[start:end])
		start = end
	}
}

// chain compares the outcome of linked transfers with what the model does with them.
func (m *transferModel) chain(t *rapid.T, requests []settlement.TransferRequest, results []settlement.TransferResult) {
	exists, want := m.try(requests)
	for i, r := range results {
		if (r.Err == nil) != want || r.Err == nil && r.Exists != exists {
			t.Fatalf("transfer %d of %d: %+v, want it made %v, before %v", i, len(results), r, want, exists)
		}
	}
}

// try does a chain in the model: all of it or nothing.
func (m *transferModel) try(requests []settlement.TransferRequest) (exists, made bool) {
	before := 0
	for _, q := range requests {
		known, found := m.made[q.ID]
		if found && !slices.Equal(known.Legs, q.Legs) || found && known.PendingTimeout != q.PendingTimeout {
			return false, false
		}
		if found {
			before++
		}
	}
	if before > 0 {
		return true, before == len(requests)
	}
	undo := m.snapshot()
	ids := map[string]bool{}
	for _, q := range requests {
		if ids[q.ID] || !m.post(q) {
			undo()
			return false, false
		}
		ids[q.ID] = true
	}
	for _, q := range requests {
		q.Linked = false
		m.made[q.ID] = q
		m.ids = append(m.ids, q.ID)
		if q.PendingTimeout > 0 {
			m.open = append(m.open, q.ID)
		}
	}
	return false, true
}

func (m *transferModel) snapshot() (restore func()) {
	available, held := map[string]settlement.Amount{}, map[string]settlement.Amount{}
	for _, name := range m.members {
		available[name], held[name] = m.available[name], m.held[name]
	}
	return func() { m.available, m.held = available, held }
}

// post moves what a request asks for: its legs count together.
func (m *transferModel) post(q settlement.TransferRequest) bool {
	net := map[string]settlement.Amount{}
	for _, leg := range q.Legs {
		net[leg.From.Member()] -= leg.Amount
		if q.PendingTimeout > 0 {
			m.held[leg.From.Member()] += leg.Amount
		} else {
			net[leg.To.Member()] += leg.Amount
		}
	}
	nothing := true
	for name, amount := range net {
		m.available[name] += amount
		if m.available[name] < 0 {
			return false
		}
		nothing = nothing && amount == 0
	}
	return !nothing
}

// end posts and voids some of the pending transfers, some of them twice.
func (m *transferModel) end(t *rapid.T) {
	for range min(len(m.open), 20) {
		i := m.random.IntN(len(m.open))
		id := m.open[i]
		m.open = slices.Delete(m.open, i, i+1)
		ctx, call, posted := asService(context.Background()), m.ledger.transfers.VoidPending, m.random.IntN(2) == 0
		if posted {
			call = m.ledger.transfers.PostPending
		}
		for range 1 + m.random.IntN(2) {
			if _, err := call(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		for _, leg := range m.made[id].Legs {
			m.held[leg.From.Member()] -= leg.Amount
			to := leg.From
			if posted {
				to = leg.To
			}
			m.available[to.Member()] += leg.Amount
		}
	}
}

func (m *transferModel) compare(t *rapid.T) {
	for _, name := range m.members {
		m.ledger.wantBalances(t, name, m.available[name], m.held[name])
	}
}
