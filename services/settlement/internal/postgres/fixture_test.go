package postgres_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/authn"
	kit "github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/events"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres"
)

const (
	product  = "passport-report"
	price    = settlement.Amount(25_000) // of the migration
	passport = "0e0f7a6e-0000-4000-8000-000000000001"
)

// ledger is the service over a database of the test's own.
type ledger struct {
	*settlement.Service
	transfers     *settlement.Ledger
	owner, reader *pgxpool.Pool
	store         *postgres.Store
	clock         *clock
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	sources, err := migrations.Sources("settlement")
	if err != nil {
		t.Fatal(err)
	}
	url := testkit.SchemaURL(t, "settlement", sources...)
	l := &ledger{owner: open(t, url), clock: newClock()}
	l.reader = open(t, url+"&role="+migrations.ReaderRole("settlement"))
	l.store = postgres.NewStore(l.owner, l.reader, events.PublishMemberAccountsOpened)
	l.Service, l.transfers = l.over(l.store), l.transfersOver(l.store)
	return l
}

// store is all that a service needs.
type store interface {
	settlement.Store
	settlement.BookStore
}

// over is a service on another store with the ledger's clock.
func (l *ledger) over(s store) *settlement.Service { return l.limited(s, settlement.MaxAmount) }

// limited is such a service by which one person records receipts up to a limit.
func (l *ledger) limited(s store, limit settlement.Amount) *settlement.Service {
	writer := settlement.NewWriter(s, uncounted{}, l.clock.now)
	return settlement.NewService(s, writer, uncounted{}, settlement.CurrentSplitPolicy(), limit, l.clock.now)
}

// transfersOver is the use cases of transfers on another store.
func (l *ledger) transfersOver(s interface {
	settlement.LedgerStore
	settlement.BookStore
}) *settlement.Ledger {
	return settlement.NewLedger(s, settlement.NewWriter(s, uncounted{}, l.clock.now), uncounted{}, l.clock.now)
}

func open(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := kit.Open(t.Context(), url, "settlement")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func asService(ctx context.Context) context.Context {
	return authn.WithPrincipal(ctx, authn.Principal{Name: "registry"})
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// admit opens a member's accounts and mints an amount for it.
func (l *ledger) admit(t fataler, member string, amount settlement.Amount) {
	t.Helper()
	ctx := asService(context.Background())
	err := l.store.InTx(ctx, func(tx settlement.Tx) error { return l.OpenMemberAccounts(ctx, tx, member) })
	if err != nil {
		t.Fatal(err)
	}
	if amount == 0 {
		return
	}
	if _, err := l.RecordReceipt(ctx, receipt(member, amount)); err != nil {
		t.Fatal(err)
	}
}

func receipt(member string, amount settlement.Amount) settlement.Receipt {
	return settlement.Receipt{RequestID: uuid.NewString(), BankReference: uuid.NewString(), Member: member, Amount: amount}
}

func request(payer string) settlement.HoldRequest {
	return settlement.HoldRequest{
		RequestID: uuid.NewString(), Payer: payer, Product: product, Passport: passport, MaxPrice: settlement.MaxAmount,
	}
}

func (l *ledger) hold(t fataler, payer string) settlement.Read {
	t.Helper()
	r, err := l.HoldRead(asService(context.Background()), request(payer))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// balances are what the member sees, by kind of account.
func (l *ledger) balances(t fataler, member string) (available, held settlement.Amount) {
	t.Helper()
	accounts, err := l.Accounts(context.Background(), member)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []settlement.AccountID{
		settlement.Available(member), settlement.Claims(member), settlement.Credit(member), settlement.Held(member),
	} {
		if len(accounts) != 4 || accounts[i].ID != want {
			t.Fatalf("accounts of %s: %v", member, accounts)
		}
	}
	return accounts[0].Balance, accounts[3].Balance
}

func (l *ledger) mustBalance(t fataler) settlement.TrialBalance {
	t.Helper()
	b, err := l.TrialBalance(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !b.ZeroSum {
		t.Fatalf("the books do not balance: %+v", b)
	}
	return b
}

type clock struct{ seconds atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.seconds.Store(time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC).Unix())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(c.seconds.Load(), 0) }
func (c *clock) advance(d time.Duration) { c.seconds.Add(int64(d / time.Second)) }

type uncounted struct{}

func (uncounted) TransferPosted(context.Context, settlement.TransferKind, settlement.Amount) {}

func (uncounted) PegChecked(context.Context, settlement.Peg) {}

func (uncounted) CycleClosed(context.Context, settlement.Close) {}
