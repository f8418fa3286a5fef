package postgres_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	kit "github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres"
)

// together runs n calls at once and returns the error of each.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func TestConcurrentHoldsNeverOverdraw(t *testing.T) {
	l := newLedger(t)
	const affordable, attempts = 11, 32
	l.admit(t, "garage", affordable*price+price-1)
	held := 0
	for _, err := range together(attempts, func(int) error {
		_, err := l.HoldRead(asService(t.Context()), request("garage"))
		return err
	}) {
		if err == nil {
			held++
		} else if !errors.Is(err, settlement.ErrInsufficientFunds) {
			t.Error(err)
		}
	}
	available, set := l.balances(t, "garage")
	if held != affordable || set != affordable*price || available != price-1 {
		t.Errorf("%d holds; %s available, %s held", held, available, set)
	}
	l.mustBalance(t)
}

func TestConcurrentRepetitionsHaveOneEffect(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 0)
	r, q := receipt("garage", 10*price), request("garage")
	for _, err := range together(16, func(int) error {
		_, err := l.RecordReceipt(asService(t.Context()), r)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, err := range together(16, func(int) error {
		read, err := l.HoldRead(asService(t.Context()), q)
		if err != nil {
			return err
		}
		_, err = l.CaptureRead(asService(t.Context()), read.ID, nil)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if available, held := l.balances(t, "garage"); available != 9*price || held != 0 {
		t.Errorf("%s available, %s held", available, held)
	}
	l.mustBalance(t)
}

// TestCrossingCapturesDoNotDeadlock lets every member pay the others at once.
func TestCrossingCapturesDoNotDeadlock(t *testing.T) {
	l := newLedger(t)
	members := []string{"dealer", "garage", "insurer", "oem"}
	var contributions []settlement.Contribution
	for _, m := range members {
		l.admit(t, m, 8*price)
		contributions = append(contributions, settlement.Contribution{Member: m, Field: "odometer/2026-01", Quality: 1})
	}
	for _, err := range together(32, func(i int) error {
		read, err := l.HoldRead(asService(t.Context()), request(members[i%len(members)]))
		if err != nil {
			return err
		}
		_, err = l.CaptureRead(asService(t.Context()), read.ID, contributions)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	l.mustBalance(t)
}

func TestCaptureAndVoidExcludeEachOther(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 8*price)
	for range 8 {
		read := l.hold(t, "garage")
		errs := together(2, func(i int) error {
			if i == 0 {
				_, err := l.CaptureRead(asService(t.Context()), read.ID, nil)
				return err
			}
			_, err := l.VoidRead(asService(t.Context()), read.ID)
			return err
		})
		captured := errs[0] == nil && errors.Is(errs[1], settlement.ErrReadCaptured)
		voided := errs[1] == nil && errors.Is(errs[0], settlement.ErrReadVoided)
		if captured == voided {
			t.Errorf("capture: %v, void: %v", errs[0], errs[1])
		}
	}
	l.mustBalance(t)
}

// dying is a store whose connection dies at the end of its next transaction, before the commit.
type dying struct {
	*postgres.Store
	ledger *ledger
	armed  atomic.Bool
}

func (d *dying) InTx(ctx context.Context, f func(settlement.Tx) error) error {
	return kit.InTx(ctx, d.ledger.owner, func(tx pgx.Tx) error {
		if err := f(d.Bind(tx)); err != nil || !d.armed.CompareAndSwap(true, false) {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`)
		return err
	})
}

func TestRetryAfterCrashPaysOnce(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "insurer", 2*price)
	l.admit(t, "garage", 0)
	d := &dying{Store: l.store, ledger: l}
	service, q := l.over(d), request("insurer")
	contributions := []settlement.Contribution{{Member: "garage", Field: "odometer/2026-01", Quality: 1}}
	ctx := asService(t.Context())

	d.armed.Store(true)
	if _, err := service.HoldRead(ctx, q); err == nil {
		t.Fatal("the first hold survived the crash")
	}
	read, err := service.HoldRead(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	d.armed.Store(true)
	if _, err := service.CaptureRead(ctx, read.ID, contributions); err == nil {
		t.Fatal("the first capture survived the crash")
	}
	if available, held := l.balances(t, "insurer"); available != price || held != price {
		t.Errorf("between the attempts: %s available, %s held", available, held)
	}
	for range 2 {
		// Whoever lost the first answer starts all over.
		again, err := service.HoldRead(ctx, q)
		if err != nil || again.ID != read.ID {
			t.Fatalf("held again: %+v, %v", again, err)
		}
		if _, err := service.CaptureRead(ctx, read.ID, contributions); err != nil {
			t.Fatal(err)
		}
	}
	if available, held := l.balances(t, "insurer"); available != price || held != 0 {
		t.Errorf("in the end: %s available, %s held", available, held)
	}
	if earned, _ := l.balances(t, "garage"); earned != 22_000 {
		t.Errorf("the contributor earned %s", earned)
	}
	l.mustBalance(t)
}
