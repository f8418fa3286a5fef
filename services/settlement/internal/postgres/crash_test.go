package postgres_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	kit "github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres"
)

// step is a point of a batch's transaction.
type step string

const (
	begun       step = "begun"
	loaded      step = "loaded"
	locked      step = "locked"
	written     step = "written"
	committed   step = "committed"
	manyCrashes      = 100
)

// crashing is a store that loses its database a number of times at one step of its transactions.
type crashing struct {
	*postgres.Store
	ledger  *ledger
	at      step
	crashes int
}

// reach ends the sessions of all transactions under way when s is the step, and the answer of a commit is lost.
func (c *crashing) reach(ctx context.Context, s step) error {
	if s != c.at || c.crashes == 0 {
		return nil
	}
	c.crashes--
	if s == committed {
		return kit.ErrUnavailable
	}
	_, err := c.ledger.owner.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND state LIKE 'idle in transaction%'`)
	return err
}

func (c *crashing) InBooks(ctx context.Context, f func(settlement.BookTx) error) error {
	err := c.Store.InBooks(ctx, func(tx settlement.BookTx) error {
		if err := c.reach(ctx, begun); err != nil {
			return err
		}
		return f(&crashingTx{BookTx: tx, c: c})
	})
	return errors.Join(err, c.reach(ctx, committed))
}

type crashingTx struct {
	settlement.BookTx
	c *crashing
}

func (t *crashingTx) Load(ctx context.Context, w settlement.Wanted, day time.Time) (settlement.Found, error) {
	found, err := t.BookTx.Load(ctx, w, day)
	return found, errors.Join(err, t.c.reach(ctx, loaded))
}

func (t *crashingTx) LockBooks(
	ctx context.Context, ids []settlement.AccountID, transfers []string,
) (settlement.Balances, map[string][sha256.Size]byte, error) {
	balances, made, err := t.BookTx.LockBooks(ctx, ids, transfers)
	return balances, made, errors.Join(err, t.c.reach(ctx, locked))
}

func (t *crashingTx) Write(ctx context.Context, changes settlement.Changes) error {
	return errors.Join(t.BookTx.Write(ctx, changes), t.c.reach(ctx, written))
}

// TestACrashBetweenAnyTwoStepsPaysOnce loses the database at each step of a hold and of a capture: once, which nobody notices, and
// for longer, which the caller is told and repeats the call after.
func TestACrashBetweenAnyTwoStepsPaysOnce(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "insurer", 0)
	l.admit(t, "garage", 0)
	contributions := []settlement.Contribution{{Member: "garage", Field: "odometer/2026-01", Quality: 1}}
	ctx := asService(t.Context())
	reads := 0
	for _, at := range []step{begun, loaded, locked, written, committed} {
		for _, crashes := range []int{1, manyCrashes} {
			t.Run(fmt.Sprint(crashes, " times when ", at), func(t *testing.T) {
				l.admit(t, "insurer", price)
				c := &crashing{Store: l.store, ledger: l, at: at}
				service, q := l.over(c), request("insurer")
				// twice calls and, when the database was away for long, calls again.
				twice := func(call func() error) {
					c.crashes = crashes
					err := call()
					if (err == nil) != (crashes == 1) || err != nil && !errors.Is(err, kit.ErrUnavailable) {
						t.Fatalf("after %d crashes: %v", crashes, err)
					}
					c.crashes = 0
					if err := call(); err != nil {
						t.Fatal(err)
					}
				}
				var read settlement.Read
				twice(func() (err error) {
					read, err = service.HoldRead(ctx, q)
					return err
				})
				twice(func() error {
					_, err := service.CaptureRead(ctx, read.ID, contributions)
					return err
				})
				reads++
				if available, held := l.balances(t, "insurer"); available != 0 || held != 0 {
					t.Errorf("%s available, %s held", available, held)
				}
				if earned, _ := l.balances(t, "garage"); earned != settlement.Amount(reads)*22_000 {
					t.Errorf("the contributor earned %s", earned)
				}
				l.mustBalance(t)
			})
		}
	}
}
