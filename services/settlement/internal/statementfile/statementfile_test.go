package statementfile_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/statementfile"
)

// of is a statement of a month with n lines on one account and one on another.
func of(n int) (settlement.Statement, []settlement.SpanLine) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	available, held := settlement.Available("garage"), settlement.Held("garage")
	st := settlement.Statement{
		Span: settlement.Span{Name: "2026-03", First: 60, Last: 90, Start: start, End: start.AddDate(0, 1, 0)}, Member: "garage",
		Accounts: []settlement.AccountSpan{{ID: available, Opening: 12_345_600, Closing: 12_345_600 + settlement.Amount(n)*22_000}, {ID: held}},
		Totals:   []settlement.KindTotal{{Kind: settlement.KindCapture, Received: settlement.Amount(n) * 22_000, Transfers: int64(n)}},
	}
	var lines []settlement.SpanLine
	balance := st.Accounts[0].Opening
	for i := range n {
		balance += 22_000
		lines = append(lines, settlement.SpanLine{Account: available, Kind: settlement.KindCapture, StatementLine: settlement.StatementLine{
			Seq: int64(i + 1), TransferID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), Amount: 22_000, BalanceAfter: balance,
			Description: `read reads/8b0c3d43-2c43-4bd0-9a4f-3bb8c7f0a1de of "passport-report", über`, CreateTime: start.Add(time.Duration(i) * time.Hour),
		}})
	}
	late := settlement.SpanLine{Account: held, Kind: settlement.KindHold, ValueTime: start.Add(-time.Hour), LateFor: 59, StatementLine: settlement.StatementLine{
		Seq: 1, TransferID: "00000000-0000-4000-8000-ffffffffffff", Amount: -1, BalanceAfter: 0, Description: "held", CreateTime: start,
	}}
	return st, append(lines, late)
}

func TestCSVIsReadAsItIsWritten(t *testing.T) {
	_, lines := of(1)
	var out bytes.Buffer
	must(t, statementfile.WriteCSV(&out, lines))
	got, err := csv.NewReader(&out).ReadAll()
	must(t, err)
	want := [][]string{
		{"account", "number", "time", "kind", "transfer", "amount", "balance_after", "description", "value_time", "late_for"},
		{"member:garage:available", "1", "2026-03-01T00:00:00Z", "capture", "00000000-0000-4000-8000-000000000000", "2.2000", "1236.7600",
			`read reads/8b0c3d43-2c43-4bd0-9a4f-3bb8c7f0a1de of "passport-report", über`, "", ""},
		{"member:garage:held", "1", "2026-03-01T00:00:00Z", "hold", "00000000-0000-4000-8000-ffffffffffff", "-0.0001", "0.0000", "held",
			"2026-02-28T23:00:00Z", "cycles/59"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestPDFOfManyPages(t *testing.T) {
	for lines, pages := range map[int]int{0: 1, 200: 5} {
		st, all := of(lines)
		var out, again bytes.Buffer
		must(t, statementfile.WritePDF(&out, st, all))
		must(t, statementfile.WritePDF(&again, st, all))
		if !bytes.Equal(out.Bytes(), again.Bytes()) {
			t.Error("one statement makes two files")
		}
		if got := bytes.Count(out.Bytes(), []byte("/Type /Page\n")); got != pages {
			t.Errorf("%d lines are on %d pages, want %d", lines, got, pages)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
