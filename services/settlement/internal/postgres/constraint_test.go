package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
)

const insertTransfer = `INSERT INTO transfer (id, kind, description, input_hash, accounts, amounts) VALUES ($1, 'mint', 'by hand', sha256(''), $2, $3)`

// constraintOf is the constraint that err reports, "" for none.
func constraintOf(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.ConstraintName
	}
	return ""
}

func TestDatabaseRefusesTransfersThatAreNone(t *testing.T) {
	l := newLedger(t)
	for name, c := range map[string]struct {
		accounts []string
		amounts  []int64
		want     string
	}{
		"nothing":               {[]string{}, []int64{}, "transfer_postings"},
		"one side":              {[]string{"bank:eur"}, []int64{0}, "transfer_postings"},
		"an amount of no one":   {[]string{"bank:eur", "pool:holder"}, []int64{-10, 5, 5}, "transfer_postings"},
		"sides differ":          {[]string{"bank:eur", "pool:holder"}, []int64{-10, 9}, "transfer_balanced"},
		"three, unequal":        {[]string{"bank:eur", "pool:holder", "pool:infrastructure"}, []int64{-10, 9, 2}, "transfer_balanced"},
		"one that is not there": {[]string{"bank:eur", "member:none:available"}, []int64{-10, 10}, "posting_account"},
		"more than there is":    {[]string{"bank:eur", "pool:holder"}, []int64{10, -10}, "account_not_overdrawn"},
		"nothing moves":         {[]string{"bank:eur", "pool:holder"}, []int64{0, 0}, "posting_of_something"},
	} {
		if _, err := l.owner.Exec(t.Context(), insertTransfer, uuid.NewString(), c.accounts, c.amounts); constraintOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	l.mustBalance(t)
}

// TestOneTransferThatIsNoneRefusesItsStatement hides it among others.
func TestOneTransferThatIsNoneRefusesItsStatement(t *testing.T) {
	l := newLedger(t)
	_, err := l.owner.Exec(t.Context(), `INSERT INTO transfer (id, kind, description, input_hash, accounts, amounts)
		SELECT gen_random_uuid(), 'mint', 'by hand', sha256(''), '{bank:eur,pool:holder}', ARRAY[-10, CASE n WHEN 7 THEN 11 WHEN 8 THEN 9 ELSE 10 END]
		FROM generate_series(1, 20) n`)
	if got := constraintOf(err); got != "transfer_balanced" {
		t.Errorf("error %v", err)
	}
	l.mustBalance(t)
}

// TestTransfersWrittenByHandArePosted has the database move balances whoever writes transfers.
func TestTransfersWrittenByHandArePosted(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	for range 3 {
		_, err := l.owner.Exec(t.Context(), insertTransfer, uuid.NewString(), []string{"member:garage:available", "member:garage:held"}, []int64{-2, 2})
		if err != nil {
			t.Fatal(err)
		}
	}
	if available, held := l.balances(t, "garage"); available != price-6 || held != 6 {
		t.Errorf("%s available, %s held", available, held)
	}
	lines, err := l.StatementLines(t.Context(), "garage", "member:garage:held", 0, 10)
	if err != nil || len(lines) != 3 || lines[2].Seq != 3 || lines[2].BalanceAfter != 6 || lines[0].BalanceAfter != 2 {
		t.Errorf("%+v, %v", lines, err)
	}
	l.mustBalance(t)
}

func TestDatabaseRefusesPostingsWithoutTransfer(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	_, err := l.owner.Exec(t.Context(), `INSERT INTO posting (account, seq, transfer, amount, balance_after)
		SELECT 'pool:holder', 1, id, 5, 5 FROM transfer LIMIT 1`)
	if got := constraintOf(err); got != "posting_by_transfer" {
		t.Errorf("error %v", err)
	}
}

func TestDatabaseRefusesOverdraftsAndForeignOwners(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	for statement, want := range map[string]string{
		`UPDATE account SET balance = -1 WHERE id = 'member:garage:available'`:                             "account_not_overdrawn",
		`UPDATE account SET balance = -1 WHERE id = 'pool:holder'`:                                         "account_not_overdrawn",
		`UPDATE account SET overdraft = 1 WHERE id = 'pool:holder'`:                                        "account_overdraft",
		`UPDATE account SET overdraft = 1 WHERE id = 'member:garage:available'`:                            "account_overdraft",
		`UPDATE account SET balance = -1 WHERE id = 'member:garage:credit'`:                                "account_not_overdrawn",
		`UPDATE account SET member = 'oem' WHERE id = 'member:garage:held'`:                                "account_owner",
		`INSERT INTO account (id) VALUES ('member:oem:available')`:                                         "account_owner",
		`INSERT INTO price (product, version, effective_date, amount) VALUES ('gift', 1, '2026-01-01', 0)`: "price_amount",
	} {
		if _, err := l.owner.Exec(t.Context(), statement); constraintOf(err) != want {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestRecordsAreAppendOnly(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	for _, statement := range []string{
		`UPDATE posting SET amount = amount + 1`, `DELETE FROM posting`, `TRUNCATE posting`,
		`UPDATE transfer SET description = 'other'`, `DELETE FROM transfer`, `TRUNCATE transfer CASCADE`,
		`UPDATE receipt SET amount = 1`, `DELETE FROM receipt`, `UPDATE price SET amount = 1`, `DELETE FROM price`,
	} {
		if _, err := l.owner.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	l.mustBalance(t)
}

func TestTrialBalanceSeesBalancesChangedByHand(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	if _, err := l.owner.Exec(t.Context(), `UPDATE account SET balance = balance - 1 WHERE id IN ('bank:eur', 'member:garage:available')`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.owner.Exec(t.Context(), `UPDATE account SET balance = balance + 2 WHERE id = 'pool:holder'`); err != nil {
		t.Fatal(err)
	}
	b, err := l.TrialBalance(t.Context())
	if err != nil || b.Total != 0 || b.ZeroSum {
		t.Errorf("trial balance %+v, %v", b, err)
	}
}
