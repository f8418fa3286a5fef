package postgres_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	kit "github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
)

func TestMembersSeeOnlyTheirOwn(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 2*price)
	l.admit(t, "oem", 0)
	read := l.hold(t, "garage")
	if _, err := l.CaptureRead(asService(t.Context()), read.ID, []settlement.Contribution{{Member: "oem", Field: "odometer/2026-01", Quality: 1}}); err != nil {
		t.Fatal(err)
	}

	if _, err := l.MemberRead(t.Context(), "oem", read.ID); !errors.Is(err, settlement.ErrReadNotFound) {
		t.Errorf("the contributor reads the payer's receipt: %v", err)
	}
	for _, id := range []settlement.AccountID{settlement.Available("garage"), settlement.PoolHolder, settlement.BankEUR, "member:none:held"} {
		if _, err := l.StatementLines(t.Context(), "oem", id, 0, 10); !errors.Is(err, settlement.ErrAccountNotFound) {
			t.Errorf("oem reads %s: %v", id, err)
		}
	}
	// Both sides see the one transfer, each its own posting.
	for member, amount := range map[string]settlement.Amount{"oem": 22_000, "garage": -price} {
		account := map[string]settlement.AccountID{"oem": settlement.Available("oem"), "garage": settlement.Held("garage")}[member]
		lines, err := l.StatementLines(t.Context(), member, account, 0, 10)
		if err != nil || len(lines) == 0 {
			t.Fatalf("%s: %v, %v", member, lines, err)
		}
		last := lines[len(lines)-1]
		if last.Amount != amount || last.Description != "read reads/"+read.ID+" of passport-report" {
			t.Errorf("%s: last line %+v", member, last)
		}
	}
}

// TestReaderRoleIsConfined asks each table as the reader, whatever the queries of the store say.
func TestReaderRoleIsConfined(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 2*price)
	l.admit(t, "oem", price)
	l.hold(t, "garage")
	for table, want := range map[string]struct{ oem, nobody int }{
		"account": {4, 0}, "posting": {1, 0}, "transfer": {1, 0}, "read": {0, 0},
	} {
		for tenant, rows := range map[string]int{"oem": want.oem, "": want.nobody, "gar": 0} {
			var got int
			err := kit.InTenantTx(t.Context(), l.reader, tenant, func(tx pgx.Tx) error {
				return tx.QueryRow(t.Context(), `SELECT count(1) FROM `+table).Scan(&got)
			})
			if err != nil || got != rows {
				t.Errorf("tenant %q sees %d rows of %s, want %d; %v", tenant, got, table, rows, err)
			}
		}
	}
	for _, table := range []string{"receipt", "price", "outbox", "audit", "idempotency"} {
		if _, err := l.reader.Exec(t.Context(), `SELECT FROM `+table); err == nil {
			t.Errorf("the reader reads %s", table)
		}
	}
	if _, err := l.reader.Exec(t.Context(), `UPDATE account SET balance = 0`); err == nil {
		t.Error("the reader writes")
	}
}

func TestStatementIsGaplessAndPaged(t *testing.T) {
	l := newLedger(t)
	for i := range 5 {
		l.admit(t, "garage", settlement.Amount(i+1))
	}
	var seen []settlement.StatementLine
	var balance settlement.Amount
	for after := int64(0); ; {
		lines, err := l.StatementLines(t.Context(), "garage", settlement.Available("garage"), after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) == 0 {
			break
		}
		seen = append(seen, lines...)
		after = lines[len(lines)-1].Seq
	}
	for i, line := range seen {
		balance += line.Amount
		if line.Seq != int64(i+1) || line.BalanceAfter != balance {
			t.Errorf("line %d: %+v, want balance %s", i, line, balance)
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d lines", len(seen))
	}
}
