package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	kit "github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
)

const field = "odometer/2026-01"

// clawbacks is a ledger with an insurer that buys and a maker and a garage that answer one field.
type clawbacks struct {
	*settlement.Clawbacks
	*ledger
}

func newClawbacks(t *testing.T) *clawbacks {
	t.Helper()
	l := newLedger(t)
	l.admit(t, "insurer", 10*price)
	l.admit(t, "garage", 0)
	l.admit(t, "oem", 0)
	return &clawbacks{Clawbacks: settlement.NewClawbacks(l.store, uncounted{}, l.clock.now), ledger: l}
}

// sell has a read captured to which the maker contributes 100 and the garage 50: of 2.2000 the maker gets three quarters.
func (c *clawbacks) sell(t *testing.T) settlement.Read {
	t.Helper()
	r, err := c.CaptureRead(asService(t.Context()), c.hold(t, "insurer").ID, []settlement.Contribution{
		{Member: "oem", Field: field, Quality: 100}, {Member: "garage", Field: field, Quality: 50},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refute has an event of a member refuted that is all it had to say.
func (c *clawbacks) refute(t *testing.T, member string) settlement.Refutation {
	t.Helper()
	f := settlement.Refutation{Event: uuid.NewString(), Passport: passport, Member: member, Field: field, Time: c.clock.now()}
	c.take(t, f)
	return f
}

func (c *clawbacks) take(t *testing.T, f settlement.Refutation) {
	t.Helper()
	ctx := asService(t.Context())
	if err := c.store.InClawbackTx(ctx, func(tx settlement.ClawbackTx) error { return c.Refuted(ctx, tx, f) }); err != nil {
		t.Fatal(err)
	}
}

func (c *clawbacks) wantSettled(t *testing.T, want int) {
	t.Helper()
	if settled, err := c.Run(asService(context.Background())); err != nil || settled != want {
		t.Fatalf("%d versions settled, want %d; %v", settled, want, err)
	}
	c.mustBalance(t)
}

func (c *clawbacks) wantAvailable(t *testing.T, member string, want settlement.Amount) {
	t.Helper()
	if got, _ := c.balances(t, member); got != want {
		t.Errorf("%s has %s available, want %s", member, got, want)
	}
}

func TestARefutedEventsSharesGoToTheOthers(t *testing.T) {
	c := newClawbacks(t)
	read := c.sell(t)
	f := c.refute(t, "oem")
	c.take(t, f) // a message that came twice
	c.wantAvailable(t, "oem", 16_500)
	c.wantSettled(t, 1)
	c.wantAvailable(t, "oem", 0)
	c.wantAvailable(t, "garage", 22_000)
	got, err := c.MemberRead(t.Context(), "insurer", read.ID)
	if err != nil || len(got.Revisions) != 1 {
		t.Fatalf("read %+v, %v", got, err)
	}
	v := got.Revisions[0]
	if v.Event != f.Event || v.Change != (settlement.Contribution{Member: "oem", Field: field}) || v.SettleTime.IsZero() || len(got.Shares) != 4 || len(v.Shares) != 3 {
		t.Errorf("revision %+v of %+v", v, got)
	}
	c.wantSettled(t, 0)
}

func TestRevisionsAreOfThePayer(t *testing.T) {
	c := newClawbacks(t)
	c.sell(t)
	c.refute(t, "oem")
	c.wantSettled(t, 1)
	for tenant, want := range map[string]int{"insurer": 1, "garage": 0, "": 0} {
		var got int
		err := kit.InTenantTx(t.Context(), c.reader, tenant, func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM read_revision`).Scan(&got)
		})
		if err != nil || got != want {
			t.Errorf("tenant %q sees %d revisions, want %d; %v", tenant, got, want, err)
		}
	}
	if _, err := c.reader.Exec(t.Context(), `SELECT FROM refutation`); err == nil {
		t.Error("the reader reads refutations")
	}
}

func TestWhatRemainsOfAnAnswerStillEarns(t *testing.T) {
	c := newClawbacks(t)
	c.sell(t)
	now := c.clock.now()
	c.take(t, settlement.Refutation{
		Event: uuid.NewString(), Passport: passport, Member: "oem", Field: field, Time: now,
		Remaining: []settlement.Answer{{From: now.Add(-time.Hour), Quality: 50}, {From: now.Add(time.Hour), Quality: 90}},
	})
	c.wantSettled(t, 1)
	c.wantAvailable(t, "oem", 11_000)
	c.wantAvailable(t, "garage", 11_000)
}

// TestWhoHasSpentItsSharesPaysFromTheNext refutes an event of which the maker has spent most of the shares already.
func TestWhoHasSpentItsSharesPaysFromTheNext(t *testing.T) {
	c := newClawbacks(t)
	c.sell(t)
	c.sell(t)
	if _, err := c.CaptureRead(asService(t.Context()), c.hold(t, "oem").ID, nil); err != nil {
		t.Fatal(err)
	}
	c.refute(t, "oem")
	// Of each read 16500 are to be given back, and nothing is taken in parts.
	c.wantSettled(t, 0)
	c.wantAvailable(t, "oem", 2*16_500-price)
	c.wantAvailable(t, "garage", 2*5500)
	c.sell(t)
	c.wantWithheld(t, "oem", 16_500)
	c.wantAvailable(t, "oem", 2*16_500-price)
	c.wantSettled(t, 1)
	c.wantWithheld(t, "oem", 0)
	c.wantAvailable(t, "garage", 3*5500+16_500)
	// The last one is paid from what was withheld and what there was, and the rest is the maker's again.
	c.sell(t)
	c.wantSettled(t, 1)
	c.wantAvailable(t, "oem", 2*16_500-price)
	c.wantWithheld(t, "oem", 0)
	c.sell(t)
	c.wantAvailable(t, "oem", 3*16_500-price)
}

func (c *clawbacks) wantWithheld(t *testing.T, member string, want settlement.Amount) {
	t.Helper()
	accounts, err := c.Accounts(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if a.ID == settlement.Claims(member) && a.Balance != want {
			t.Errorf("%s is withheld from %s, want %s", a.Balance, member, want)
		}
	}
}

func TestAReadUnderWayIsDividedAnewAfterItsCapture(t *testing.T) {
	c := newClawbacks(t)
	held := c.hold(t, "insurer")
	c.refute(t, "oem")
	c.wantSettled(t, 0)
	if _, err := c.CaptureRead(asService(t.Context()), held.ID, []settlement.Contribution{{Member: "oem", Field: field, Quality: 9}}); err != nil {
		t.Fatal(err)
	}
	c.wantSettled(t, 1)
	c.wantAvailable(t, "oem", 0)
}

func TestReadsOfOtherTimesAndFieldsStay(t *testing.T) {
	c := newClawbacks(t)
	c.sell(t)
	c.clock.advance(settlement.ClawbackPeriod + time.Second)
	c.refute(t, "oem")
	c.wantSettled(t, 0)
	c.sell(t)
	c.take(t, settlement.Refutation{Event: uuid.NewString(), Passport: passport, Member: "oem", Field: "odometer/2026-02", Time: c.clock.now()})
	c.take(t, settlement.Refutation{Event: uuid.NewString(), Passport: uuid.NewString(), Member: "oem", Field: field, Time: c.clock.now()})
	c.wantSettled(t, 0)
	c.wantAvailable(t, "oem", 2*16_500)
}

// TestSeveralProcessesDivideOnce has rounds at the same time over several reads, of which two refutations change the same ones.
func TestSeveralProcessesDivideOnce(t *testing.T) {
	c := newClawbacks(t)
	for range 4 {
		c.sell(t)
	}
	c.refute(t, "oem")
	c.refute(t, "garage")
	var rounds errgroup.Group
	for range 4 {
		rounds.Go(func() error {
			_, err := c.Run(asService(context.Background()))
			return err
		})
	}
	if err := rounds.Wait(); err != nil {
		t.Fatal(err)
	}
	c.wantSettled(t, 0)
	c.wantAvailable(t, "oem", 0)
	c.wantAvailable(t, "garage", 0)
	for _, line := range c.mustBalance(t).Lines {
		if line.Name == string(settlement.PoolInfrastructure) && line.Balance != 4*(500+22_000) {
			t.Errorf("the pool has %s: with no answer left, all of it goes there", line.Balance)
		}
	}
}
