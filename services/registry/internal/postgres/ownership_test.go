package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
)

func (f *fixture) propose(ctx context.Context, passport string) (tr registry.Transfer, code string, err error) {
	err = f.store.InTx(ctx, func(tx postgres.Tx) error {
		tr, code, err = f.rules.ProposeTransfer(ctx, tx, passport, "dealer")
		return err
	})
	return tr, code, err
}

func (f *fixture) accept(ctx context.Context, t registry.Transfer, code string) (accepted registry.Transfer, err error) {
	a := registry.Acceptance{Passport: t.Passport, Transfer: t.ID, Code: code, Member: "dealer"}
	if err := f.store.InTx(ctx, func(tx postgres.Tx) (err error) {
		a.Attempt, err = f.rules.SpendAttempt(ctx, tx, t.Passport, t.ID)
		return err
	}); err != nil {
		return accepted, err
	}
	err = f.store.InTx(ctx, func(tx postgres.Tx) error {
		accepted, err = f.rules.AcceptTransfer(ctx, tx, a)
		return err
	})
	return accepted, err
}

// newTransfer enrols a vehicle and proposes a change of its holder.
func (f *fixture) newTransfer(t *testing.T) (registry.Passport, registry.Transfer, string) {
	t.Helper()
	f.admit(t, "dealer", registry.Dealer)
	p := f.passport(t, "dealer")
	transfer, code, err := f.propose(as(t, "dealer"), p.ID)
	f.must(t, err)
	return p, transfer, code
}

func TestAcceptedTransferStartsAPeriod(t *testing.T) {
	f := newFixture(t)
	p, transfer, code := f.newTransfer(t)
	if _, _, err := f.propose(as(t, "dealer"), p.ID); !errors.Is(err, registry.ErrTransferPending) {
		t.Errorf("second proposal: %v", err)
	}
	start := f.now
	f.now = f.now.Add(time.Hour)
	accepted, err := f.accept(as(t, "dealer"), transfer, code)
	f.must(t, err)
	if accepted.State != registry.TransferAccepted || accepted.AcceptedBy != "dealer" {
		t.Errorf("transfer %v", accepted)
	}
	periods, err := f.store.Periods(t.Context(), p.ID, 0, 10)
	f.must(t, err)
	if len(periods) != 2 || !periods[0].Start.Equal(start) || !periods[0].End.Equal(f.now) || !periods[1].Start.Equal(f.now) || !periods[1].End.IsZero() {
		t.Errorf("periods %v", periods)
	}
	now, err := f.store.Passport(t.Context(), p.ID)
	f.must(t, err)
	if now.OwnershipPeriods != 2 || now.Revision != 2 {
		t.Errorf("passport %v", now)
	}
	if _, _, err := f.propose(as(t, "dealer"), p.ID); err != nil {
		t.Errorf("proposal after the acceptance: %v", err)
	}
}

func TestConcurrentAcceptancesHaveOneWinner(t *testing.T) {
	f := newFixture(t)
	p, transfer, code := f.newTransfer(t)
	failures := make([]error, 4)
	ctx := as(t, "dealer")
	var wg sync.WaitGroup
	for i := range failures {
		wg.Go(func() { _, failures[i] = f.accept(ctx, transfer, code) })
	}
	wg.Wait()
	won := 0
	for _, err := range failures {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, registry.ErrTransferNotFound):
			t.Errorf("loser got %v", err)
		}
	}
	if n := f.count(t, `SELECT count(*) FROM ownership_period WHERE passport = $1`, p.ID); won != 1 || n != 2 {
		t.Errorf("%d acceptances won, %d periods", won, n)
	}
}

// However many guess at once, no more codes are looked at than a transfer allows.
func TestGuessesAreBounded(t *testing.T) {
	f := newFixture(t)
	p, transfer, code := f.newTransfer(t)
	failures := make([]error, 12)
	ctx := as(t, "dealer")
	var wg sync.WaitGroup
	for i := range failures {
		wg.Go(func() { _, failures[i] = f.accept(ctx, transfer, "WRONG") })
	}
	wg.Wait()
	looked := 0
	for _, err := range failures {
		if errors.Is(err, registry.ErrTransferCodeWrong) {
			looked++
		} else if !errors.Is(err, registry.ErrTransferLocked) {
			t.Errorf("guess got %v", err)
		}
	}
	if looked != 5 {
		t.Errorf("%d codes were looked at", looked)
	}
	if _, err := f.accept(ctx, transfer, code); !errors.Is(err, registry.ErrTransferLocked) {
		t.Errorf("the code after the lock: %v", err)
	}
	if _, _, err := f.propose(ctx, p.ID); err != nil {
		t.Errorf("a new proposal after the lock: %v", err)
	}
	if _, err := f.accept(ctx, transfer, code); !errors.Is(err, registry.ErrTransferExpired) {
		t.Errorf("the replaced transfer: %v", err)
	}
}

func TestTransferExpires(t *testing.T) {
	f := newFixture(t)
	p, transfer, code := f.newTransfer(t)
	f.now = f.now.Add(14 * 24 * time.Hour)
	if _, err := f.accept(as(t, "dealer"), transfer, code); !errors.Is(err, registry.ErrTransferExpired) {
		t.Errorf("acceptance out of time: %v", err)
	}
	if _, _, err := f.propose(as(t, "dealer"), p.ID); err != nil {
		t.Errorf("proposal after the time: %v", err)
	}
}

func TestGoneVehiclesDoNotChangeHolder(t *testing.T) {
	f := newFixture(t)
	p, transfer, code := f.newTransfer(t)
	f.admit(t, "insurer", registry.Insurer)
	_, err := f.transition(as(t, "insurer"), registry.StepRequest{Passport: p.ID, To: registry.Stolen, Member: "insurer"})
	f.must(t, err)
	if _, err := f.accept(as(t, "dealer"), transfer, code); !errors.Is(err, registry.ErrStepNotAllowed) {
		t.Errorf("acceptance of a stolen vehicle: %v", err)
	}
	if _, _, err := f.propose(as(t, "dealer"), p.ID); !errors.Is(err, registry.ErrStepNotAllowed) {
		t.Errorf("proposal of a stolen vehicle: %v", err)
	}
}
