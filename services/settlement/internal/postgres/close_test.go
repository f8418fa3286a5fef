package postgres_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/sumtree"
	"github.com/pcc-platform/pcc/services/settlement"
)

// closing is a ledger whose books can be closed.
type closing struct {
	*ledger
	*settlement.Closer
}

func newClosing(t *testing.T) *closing {
	t.Helper()
	l := newLedger(t)
	return &closing{l, settlement.NewCloser(l.store, uncounted{})}
}

// openedDaysAgo lets the ledger begin in the past.
func (c *closing) openedDaysAgo(t *testing.T, days int) {
	t.Helper()
	if _, err := c.owner.Exec(t.Context(), `UPDATE account SET created_at = created_at - $1 * interval '1 day'`, days); err != nil {
		t.Fatal(err)
	}
}

func (c *closing) close(t fataler, number int64) settlement.Close {
	t.Helper()
	closed, err := c.CloseCycle(asService(context.Background()), number)
	if err != nil {
		t.Fatal(err)
	}
	return closed
}

func TestEveryMidnightClosesACycle(t *testing.T) {
	c := newClosing(t)
	c.openedDaysAgo(t, 3)
	c.admit(t, "garage", price)
	closed, err := c.CloseDue(asService(t.Context()))
	if err != nil || len(closed) != 3 {
		t.Fatalf("%d cycles, %v", len(closed), err)
	}
	for i, one := range closed {
		if one.Number != int64(i+1) || one.End.Sub(one.Start) != 24*time.Hour || one.Total() != 0 || !one.Covered() {
			t.Errorf("cycle %+v", one)
		}
	}
	if again, err := c.CloseDue(asService(t.Context())); err != nil || len(again) != 0 {
		t.Errorf("closed again: %v, %v", again, err)
	}
	if open, err := c.OpenCycle(t.Context()); err != nil || open.Number != 4 || !open.Start.Equal(closed[2].End) {
		t.Errorf("the open cycle is %+v, %v", open, err)
	}
	if last := c.close(t, 4); last.Total() != price || last.Unconfirmed != price || !last.Covered() {
		t.Errorf("cycle of today %+v", last)
	}
}

// TestMembersProveTheirBalances closes after a read was paid, and verifies every member's proofs against the root.
func TestMembersProveTheirBalances(t *testing.T) {
	c := newClosing(t)
	c.admit(t, "insurer", 3*price)
	c.admit(t, "garage", 0)
	read := c.hold(t, "insurer")
	c.hold(t, "insurer")
	if _, err := c.CaptureRead(asService(t.Context()), read.ID, []settlement.Contribution{{Member: "garage", Field: "odometer/2026-01", Quality: 1}}); err != nil {
		t.Fatal(err)
	}
	closed := c.close(t, 1)
	if closed.Total() != 3*price || !closed.Covered() {
		t.Errorf("total %s, covered %v", closed.Total(), closed.Covered())
	}
	c.admit(t, "garage", price) // into the next cycle
	want := map[settlement.AccountID]settlement.Amount{
		settlement.Available("insurer"): price, settlement.Held("insurer"): price, settlement.Available("garage"): 22_000,
	}
	for _, member := range []string{"insurer", "garage"} {
		got, proofs, err := c.ProveBalances(t.Context(), member, 1)
		if err != nil || len(proofs) != 4 || got.Root != closed.Root {
			t.Fatalf("%s: %d proofs, %v", member, len(proofs), err)
		}
		for _, p := range proofs {
			if p.Balance != want[p.ID] {
				t.Errorf("%s has %s, want %s", p.ID, p.Balance, want[p.ID])
			}
			if err := sumtree.Verify(closed.Root, sumtree.Account{ID: string(p.ID), Balance: int64(p.Balance)}, p.Proof); err != nil {
				t.Error(err)
			}
		}
	}
	if _, _, err := c.ProveBalances(t.Context(), "garage", 2); !errors.Is(err, settlement.ErrCycleNotFound) {
		t.Errorf("proofs of an open cycle: %v", err)
	}
	if again := c.close(t, 1); again.Root != closed.Root || !again.CloseTime.Equal(closed.CloseTime) {
		t.Errorf("closed again: %+v, was %+v", again, closed)
	}
	if _, err := c.CloseCycle(asService(t.Context()), 3); !errors.Is(err, settlement.ErrCycleNotOpen) {
		t.Errorf("closing a cycle that has not begun: %v", err)
	}
}

// TestClosingWhileOthersPost closes again and again under load: every transfer is in one cycle, and nothing is lost.
func TestClosingWhileOthersPost(t *testing.T) {
	c := newClosing(t)
	c.admit(t, "insurer", 200*price)
	c.admit(t, "garage", 0)
	const workers, reads, closes = 8, 20, 15
	work, ctx := errgroup.WithContext(asService(t.Context()))
	for range workers {
		work.Go(func() error {
			for range reads {
				r, err := c.HoldRead(ctx, request("insurer"))
				if err != nil {
					return err
				}
				if rand.N(2) == 0 {
					_, err = c.VoidRead(ctx, r.ID)
				} else {
					_, err = c.CaptureRead(ctx, r.ID, []settlement.Contribution{{Member: "garage", Field: "odometer/2026-01", Quality: 1}})
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	work.Go(func() error {
		for range closes {
			open, err := c.OpenCycle(ctx)
			if err != nil {
				return err
			}
			closed, err := c.CloseCycle(ctx, open.Number)
			if err != nil {
				return err
			}
			if closed.Total() != 200*price || !closed.Covered() {
				t.Errorf("cycle %d has %s, covered %v", closed.Number, closed.Total(), closed.Covered())
			}
		}
		return nil
	})
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	open, err := c.OpenCycle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.close(t, open.Number)
	c.wantCyclesWhole(t)
}

// wantCyclesWhole compares the closed cycles with all that was posted, and each with the one before.
func (c *closing) wantCyclesWhole(t fataler) {
	t.Helper()
	for what, query := range map[string]string{
		"transfers in no cycle, or in two": `SELECT count(1) FROM transfer t WHERE (SELECT count(1) FROM cycle c WHERE t.created_at >= c.start_time AND t.created_at < c.end_time) <> 1`,
		"balances that differ from the last posting's": `SELECT count(1) FROM cycle_balance b
			LEFT JOIN posting p ON p.account = b.account AND p.seq = b.postings WHERE b.balance <> coalesce(p.balance_after, 0)`,
		"cycles that do not add up to zero": `SELECT count(1) FROM (SELECT cycle FROM cycle_balance GROUP BY cycle HAVING sum(balance) <> 0) x`,
		"nets that do not add up to zero":   `SELECT count(1) FROM (SELECT cycle FROM cycle_net GROUP BY cycle HAVING sum(received - paid) <> 0) x`,
		"parties whose nets do not lead from one balance to the next": `
			WITH held AS (SELECT cycle, coalesce(member, account) AS party, sum(balance) AS balance FROM cycle_balance GROUP BY 1, 2),
			net AS (SELECT cycle, party, sum(received - paid) AS amount FROM cycle_net GROUP BY 1, 2)
			SELECT count(1) FROM held h LEFT JOIN held b ON b.cycle = h.cycle - 1 AND b.party = h.party
			LEFT JOIN net n ON n.cycle = h.cycle AND n.party = h.party
			WHERE h.balance <> coalesce(b.balance, 0) + coalesce(n.amount, 0)`,
	} {
		var wrong int
		if err := c.owner.QueryRow(context.Background(), query).Scan(&wrong); err != nil || wrong != 0 {
			t.Fatalf("%d %s; %v", wrong, what, err)
		}
	}
}

func TestClosedCyclesNeverChange(t *testing.T) {
	c := newClosing(t)
	c.admit(t, "garage", price)
	c.close(t, 1)
	for statement, want := range map[string]string{
		`INSERT INTO transfer (id, kind, description, input_hash, created_at, accounts, amounts)
			SELECT gen_random_uuid(), 'mint', 'late', sha256(''), end_time - interval '1 microsecond',
				ARRAY['pool:holder', 'suspense:payout'], ARRAY[1, -1] FROM cycle`: "cycle_open",
		`INSERT INTO bank_statement (id, opening, closing, hash, created_at)
			SELECT 'late', 0, 0, sha256(''), end_time - interval '1 microsecond' FROM cycle`: "cycle_open",
		`INSERT INTO cycle_balance (cycle, account, balance, postings) VALUES (1, 'member:late:held', 1, 1)`:               "cycle_closed",
		`INSERT INTO cycle_net (cycle, party, kind, received, paid, transfers) VALUES (1, 'pool:holder', 'mint', 1, 0, 1)`: "cycle_closed",
		`INSERT INTO cycle SELECT 3, end_time, clock_timestamp() FROM cycle`:                                               "cycle_follows",
		`INSERT INTO cycle SELECT 2, end_time + interval '1 microsecond', clock_timestamp() FROM cycle`:                    "cycle_follows",
		`INSERT INTO cycle SELECT 2, end_time, clock_timestamp() + interval '1 second' FROM cycle`:                         "cycle_follows",
		`INSERT INTO cycle SELECT 2, end_time, end_time FROM cycle`:                                                        "cycle_within_a_day",
	} {
		if _, err := c.owner.Exec(t.Context(), statement); constraintOf(err) != want {
			t.Errorf("%s: %v, want %q", statement, err, want)
		}
	}
	for _, table := range []string{"cycle", "cycle_close", "cycle_balance", "cycle_net"} {
		for _, statement := range []string{`DELETE FROM ` + table, `TRUNCATE ` + table + ` CASCADE`} {
			if _, err := c.owner.Exec(t.Context(), statement); err == nil {
				t.Errorf("%s is taken", statement)
			}
		}
	}
	if _, err := c.owner.Exec(t.Context(), `UPDATE cycle_balance SET balance = 0`); err == nil {
		t.Error("a closing balance is changed")
	}
}

// TestBalancesChangedByHandAreNotClosed also shows that a cycle that cannot be closed stays sealed.
func TestBalancesChangedByHandAreNotClosed(t *testing.T) {
	c := newClosing(t)
	c.admit(t, "garage", price)
	if _, err := c.owner.Exec(t.Context(), `UPDATE account SET balance = balance - 1 WHERE id = 'member:garage:available'`); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CloseCycle(asService(t.Context()), 1); err == nil {
		t.Error("closed")
	}
	if open, err := c.OpenCycle(t.Context()); err != nil || open.Number != 2 {
		t.Errorf("the open cycle is %+v, %v", open, err)
	}
	if _, err := c.owner.Exec(t.Context(), `UPDATE account SET balance = balance + 1 WHERE id = 'member:garage:available'`); err != nil {
		t.Fatal(err)
	}
	if closed := c.close(t, 1); closed.Total() != price {
		t.Errorf("closed with %s", closed.Total())
	}
}

// TestCreditCoversWhatItMade: what a member has drawn covers what came of it, and is in no proof.
func TestCreditCoversWhatItMade(t *testing.T) {
	c := newClosing(t)
	c.admit(t, "garage", price)
	for _, statement := range []string{
		`UPDATE account SET overdraft = 1000 WHERE id = 'member:garage:credit'`,
		`INSERT INTO transfer (id, kind, description, input_hash, created_at, accounts, amounts)
			VALUES (gen_random_uuid(), 'mint', 'drawn', sha256(''), cycle_time(), ARRAY['member:garage:available', 'member:garage:credit'], ARRAY[700, -700])`,
	} {
		if _, err := c.owner.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	closed := c.close(t, 1)
	if closed.Total() != price+700 || closed.Credit != 700 || closed.Unconfirmed != price || !closed.Covered() {
		t.Errorf("closed %+v with %s", closed.Coverage, closed.Total())
	}
	_, proofs, err := c.ProveBalances(t.Context(), "garage", 1)
	if err != nil || len(proofs) != 3 {
		t.Errorf("%d proofs, %v", len(proofs), err)
	}
}
