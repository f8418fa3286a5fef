package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	kit "github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
)

const (
	workers      = 64
	hotAccounts  = 100
	eachTransfer = 20
	// killEvery is the time between two kills of all sessions of the database, maxKills bounds them, and maxTries how often a worker
	// asks for the same.
	killEvery = 100 * time.Millisecond
	maxKills  = 20
	maxTries  = 200
)

// TestWorkersOnHotAccountsWhileSessionsAreKilled has 64 workers pay between 100 members, as two processes, while the sessions of the
// database are killed again and again. Whoever gets no answer asks for the same once more. In the end every transfer that was not
// refused was made once.
func TestWorkersOnHotAccountsWhileSessionsAreKilled(t *testing.T) {
	l := newLedger(t)
	want := make([]settlement.Amount, hotAccounts)
	for i := range want {
		want[i] = 50
		l.admit(t, hotMember(i), want[i])
	}
	processes := []*settlement.Ledger{l.transfers, l.transfersOver(l.store)}
	done := make(chan struct{})
	var killing sync.WaitGroup
	killing.Go(func() { l.killSessions(t, done) })
	var mu sync.Mutex
	errs := together(workers, func(w int) error {
		random := rand.New(rand.NewPCG(uint64(w), 1)) //nolint:gosec // the same each time
		for range eachTransfer {
			from, to, amount := random.IntN(hotAccounts), random.IntN(hotAccounts-1), settlement.Amount(1+random.IntN(20))
			if to >= from {
				to++
			}
			err := untilAnswered(processes[w%2], pays(hotMember(from), hotMember(to), amount))
			switch {
			case err == nil:
				mu.Lock()
				want[from], want[to] = want[from]-amount, want[to]+amount
				mu.Unlock()
			case !errors.Is(err, settlement.ErrInsufficientFunds):
				return err
			}
		}
		return nil
	})
	close(done)
	killing.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for i, amount := range want {
		l.wantBalances(t, hotMember(i), amount, 0)
	}
	l.mustBalance(t)
}

func hotMember(n int) string { return fmt.Sprintf("hot-%d", n) }

// untilAnswered asks for a transfer until the ledger says what came of it.
func untilAnswered(ledger *settlement.Ledger, q settlement.TransferRequest) error {
	var err error
	for range maxTries {
		var results []settlement.TransferResult
		results, err = ledger.CreateTransfers(asService(context.Background()), []settlement.TransferRequest{q})
		if err == nil {
			return results[0].Err
		}
		if !errors.Is(err, kit.ErrUnavailable) && !errors.Is(err, settlement.ErrConcurrentChange) {
			return err
		}
	}
	return err
}

// killSessions ends all others' sessions on the database until done, or often enough.
func (l *ledger) killSessions(t *testing.T, done <-chan struct{}) {
	killer := open(t, l.owner.Config().ConnString())
	ticker := time.NewTicker(killEvery)
	defer ticker.Stop()
	for range maxKills {
		select {
		case <-done:
			return
		case <-ticker.C:
		}
		_, err := killer.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if err != nil {
			t.Error(err)
		}
	}
}
