package statementfile

import (
	"fmt"
	"io"
	"strconv"

	"github.com/pcc-platform/pcc/internal/pdfpage"
	"github.com/pcc-platform/pcc/services/settlement"
)

const (
	note = "One PCC_token is one euro. The balances at the end can be proven against the consortium's journal: pcc balance-proof get cycles/%d"

	clock = "2006-01-02 15:04:05"
)

// WritePDF writes a statement with its lines for people.
func WritePDF(w io.Writer, st settlement.Statement, lines []settlement.SpanLine) error {
	d := pdfpage.New("Statement "+st.Name, fmt.Sprintf(note, st.Last), st.End)
	d.Head(0, "Statement of "+st.Member, describe(st), "From "+st.Start.Format(clock)+" until "+st.End.Format(clock)+" UTC", "Amounts in PCC_token")
	d.Ln(pdfpage.LineHeight)
	printAccounts(d, st)
	printTotals(d, st)
	printLines(d, lines)
	return d.Finish(w)
}

func describe(st settlement.Statement) string {
	if st.First == st.Last {
		return fmt.Sprintf("Cycle %d", st.First)
	}
	return fmt.Sprintf("%s, cycles %d to %d", st.Name, st.First, st.Last)
}

func printAccounts(d pdfpage.Document, st settlement.Statement) {
	d.Section("Balances")
	columns := []pdfpage.Column{
		pdfpage.Left("account", 75), pdfpage.Right("opening", 35), pdfpage.Right("change", 35), pdfpage.Right("closing", 35),
	}
	d.Table(columns, func(line func(cells ...string)) {
		for _, a := range st.Accounts {
			line(string(a.ID), a.Opening.String(), (a.Closing - a.Opening).String(), a.Closing.String())
		}
	})
}

func printTotals(d pdfpage.Document, st settlement.Statement) {
	d.Section("Received from others and paid to them")
	columns := []pdfpage.Column{
		pdfpage.Left("kind", 45), pdfpage.Right("transfers", 30), pdfpage.Right("received", 35), pdfpage.Right("paid", 35), pdfpage.Right("net", 35),
	}
	d.Table(columns, func(line func(cells ...string)) {
		for _, t := range st.Totals {
			line(string(t.Kind), strconv.FormatInt(t.Transfers, 10), t.Received.String(), t.Paid.String(), t.Net().String())
		}
		line("net", "", "", "", st.Net().String())
	})
}

// printLines prints a table an account.
func printLines(d pdfpage.Document, lines []settlement.SpanLine) {
	columns := []pdfpage.Column{
		pdfpage.Left("time (UTC)", 28), pdfpage.Left("kind", 19), pdfpage.Left("for", 91), pdfpage.Right("amount", 20), pdfpage.Right("balance", 22),
	}
	for len(lines) > 0 {
		account, n := lines[0].Account, 0
		for n < len(lines) && lines[n].Account == account {
			n++
		}
		d.Section(string(account))
		d.Table(columns, func(line func(cells ...string)) {
			for _, l := range lines[:n] {
				line(l.CreateTime.UTC().Format(clock), string(l.Kind), purpose(l), l.Amount.String(), l.BalanceAfter.String())
			}
		})
		lines = lines[n:]
	}
}

func purpose(l settlement.SpanLine) string {
	if l.LateFor == 0 {
		return l.Description
	}
	return fmt.Sprintf("late, for cycle %d: %s", l.LateFor, l.Description)
}
