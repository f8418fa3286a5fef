package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	insertTransfer = `INSERT INTO transfer (id, kind, description, input_hash) VALUES ($1, 'mint', 'by hand', sha256(''))`
	insertPosting  = `INSERT INTO posting (account, seq, transfer, member, amount, balance_after) VALUES ($2, $3, $1, NULL, $4, $4)`
)

// constraintOf is the constraint that err reports, "" for none.
func constraintOf(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.ConstraintName
	}
	return ""
}

func TestDatabaseRefusesUnbalancedTransfers(t *testing.T) {
	l := newLedger(t)
	type posting struct {
		account string
		amount  int64
	}
	for name, postings := range map[string][]posting{
		"nothing":        nil,
		"one side":       {{"bank:eur", -10}},
		"sides differ":   {{"bank:eur", -10}, {"pool:holder", 9}},
		"three, unequal": {{"bank:eur", -10}, {"pool:holder", 9}, {"pool:infrastructure", 2}},
	} {
		err := pgx.BeginFunc(t.Context(), l.owner, func(tx pgx.Tx) error {
			id := uuid.NewString()
			if _, err := tx.Exec(t.Context(), insertTransfer, id); err != nil {
				return err
			}
			for _, p := range postings {
				if _, err := tx.Exec(t.Context(), insertPosting, id, p.account, 1000, p.amount); err != nil {
					return err
				}
			}
			return nil
		})
		if got := constraintOf(err); got != "transfer_balanced" {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.mustBalance(t)
}

func TestDatabaseRefusesPostingsToPastTransfers(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	_, err := l.owner.Exec(t.Context(), `INSERT INTO posting (account, seq, transfer, amount, balance_after)
		SELECT 'pool:holder', 1, id, 5, 5 FROM transfer LIMIT 1`)
	if got := constraintOf(err); got != "transfer_balanced" {
		t.Errorf("error %v", err)
	}
}

func TestDatabaseRefusesOverdraftsAndForeignOwners(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", price)
	for statement, want := range map[string]string{
		`UPDATE account SET balance = -1 WHERE id = 'member:garage:available'`:                 "account_not_overdrawn",
		`UPDATE account SET balance = -1 WHERE id = 'pool:holder'`:                             "account_not_overdrawn",
		`UPDATE account SET overdraft = 1 WHERE id = 'pool:holder'`:                            "account_overdraft",
		`UPDATE account SET overdraft = 1 WHERE id = 'member:garage:available'`:                "account_overdraft",
		`UPDATE account SET balance = -1 WHERE id = 'member:garage:credit'`:                    "account_not_overdrawn",
		`UPDATE account SET member = 'oem' WHERE id = 'member:garage:held'`:                    "account_owner",
		`INSERT INTO account (id) VALUES ('member:oem:available')`:                             "account_owner",
		`INSERT INTO price (product, effective_date, amount) VALUES ('gift', '2026-01-01', 0)`: "price_amount",
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
