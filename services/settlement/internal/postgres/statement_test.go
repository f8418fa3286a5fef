package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/settlement"
)

// stating is a ledger of which there are statements.
type stating struct {
	*closing
	statements *settlement.Statements
}

func newStating(t *testing.T) *stating {
	t.Helper()
	c := newClosing(t)
	return &stating{c, settlement.NewStatements(c.store)}
}

// sold has the insurer buy what the garage answers.
func (s *stating) sold(t *testing.T) {
	t.Helper()
	read := s.hold(t, "insurer")
	_, err := s.CaptureRead(asService(t.Context()), read.ID, []settlement.Contribution{{Member: "garage", Field: "odometer/2026-01", Quality: 1}})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *stating) whole(t *testing.T, member, name string) (settlement.Statement, []settlement.SpanLine) {
	t.Helper()
	st, lines, err := s.statements.WholeStatement(t.Context(), member, name)
	if err != nil {
		t.Fatal(err)
	}
	return st, lines
}

func TestStatementOfACycle(t *testing.T) {
	s := newStating(t)
	s.admit(t, "insurer", 4*price)
	s.admit(t, "garage", 0)
	s.sold(t)
	first := s.close(t, 1)
	s.sold(t)
	s.hold(t, "insurer")
	second := s.close(t, 2)
	s.sold(t)

	st, lines := s.whole(t, "insurer", "2")
	want := settlement.Statement{
		Span:   settlement.Span{Name: "2", First: 2, Last: 2, Start: first.End, End: second.End},
		Member: "insurer",
		Accounts: []settlement.AccountSpan{
			{ID: settlement.Available("insurer"), Opening: 3 * price, Closing: price, After: 2, Until: 4},
			{ID: settlement.Claims("insurer")},
			{ID: settlement.Credit("insurer")},
			{ID: settlement.Held("insurer"), Closing: price, After: 2, Until: 5},
		},
		Totals: []settlement.KindTotal{{Kind: settlement.KindCapture, Paid: price, Transfers: 1}},
	}
	if diff := cmp.Diff(want, st); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}
	var amounts []settlement.Amount
	for _, l := range lines {
		amounts = append(amounts, l.Amount)
	}
	if diff := cmp.Diff([]settlement.Amount{-price, -price, price, -price, price}, amounts); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	garage, lines := s.whole(t, "garage", "2")
	if garage.Net() != 22_000 || len(lines) != 1 || lines[0].Account != settlement.Available("garage") || lines[0].BalanceAfter != 44_000 {
		t.Errorf("the garage's statement is %+v with %+v", garage, lines)
	}
	for _, name := range []string{"3", "0", "2026-13", "x", "2026-03"} {
		if _, err := s.statements.Statement(t.Context(), "garage", name); !errors.Is(err, settlement.ErrPeriodNotFound) {
			t.Errorf("statement %s: %v", name, err)
		}
	}
}

func TestStatementLinesInPages(t *testing.T) {
	s := newStating(t)
	s.admit(t, "insurer", 4*price)
	s.admit(t, "garage", 0)
	s.sold(t)
	s.sold(t)
	s.close(t, 1)
	st, whole := s.whole(t, "insurer", "1")
	var paged []settlement.SpanLine
	for behind := (settlement.LinePosition{}); ; {
		lines, err := s.statements.Lines(t.Context(), st, behind, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) == 0 {
			break
		}
		paged = append(paged, lines...)
		last := lines[len(lines)-1]
		behind = settlement.LinePosition{Account: last.Account, Seq: last.Seq}
	}
	if diff := cmp.Diff(whole, paged); diff != "" || len(whole) != 7 {
		t.Errorf("pages of %d lines (-whole +pages):\n%s", len(whole), diff)
	}
}

// TestStatementOfAMonth lets the ledger begin in an earlier month, of which nothing was posted.
func TestStatementOfAMonth(t *testing.T) {
	s := newStating(t)
	s.admit(t, "insurer", price)
	days := time.Now().UTC().Day() + 40 // two months begin since
	s.openedDaysAgo(t, days)
	closed, err := s.CloseDue(asService(t.Context()))
	if err != nil || len(closed) != days {
		t.Fatalf("%d cycles closed, %v", len(closed), err)
	}
	months, err := s.Periods(t.Context(), time.Now(), 10)
	if err != nil || len(months) != 2 {
		t.Fatalf("months %+v, %v", months, err)
	}
	last, before := months[0], months[1]
	if last.First != before.Last+1 || !last.Start.Equal(before.End) || before.First != 1 || last.End.Day() != 1 || last.Start.Day() != 1 {
		t.Errorf("months %+v", months)
	}
	st, lines := s.whole(t, "insurer", last.Name)
	if diff := cmp.Diff(last, st.Span); diff != "" || len(lines) != 0 || st.Net() != 0 {
		t.Errorf("statement of a month without transfers (-want +got):\n%s%+v", diff, lines)
	}
}

// TestLateItemsReferToTheCycleTheyAreAbout imports, today, a statement of yesterday and of a day before the ledger was opened.
func TestLateItemsReferToTheCycleTheyAreAbout(t *testing.T) {
	s := newStating(t)
	s.admit(t, "garage", 0)
	s.openedDaysAgo(t, 2)
	if _, err := s.CloseDue(asService(t.Context())); err != nil {
		t.Fatal(err)
	}
	ctx := asService(t.Context())
	now := time.Now().UTC()
	for _, at := range []time.Time{now.AddDate(0, 0, -1), now.AddDate(0, 0, -30), now.Add(-time.Microsecond)} {
		late := settlement.Transfer{
			ID: uuid.NewString(), Kind: settlement.KindAssign, ValueTime: at,
			Postings: []settlement.Posting{{Account: settlement.BankEUR, Amount: -price}, {Account: settlement.Available("garage"), Amount: price}},
		}
		err := s.store.InTx(ctx, func(tx settlement.Tx) error {
			if _, err := tx.LockAccounts(ctx, []settlement.AccountID{settlement.BankEUR, settlement.Available("garage")}); err != nil {
				return err
			}
			return tx.InsertTransfer(ctx, late)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.close(t, 3)
	_, lines := s.whole(t, "garage", "3")
	want := []settlement.SpanLine{{LateFor: 2}, {}, {}}
	only := cmpopts.IgnoreFields(settlement.SpanLine{}, "StatementLine", "Account", "Kind", "ValueTime")
	if diff := cmp.Diff(want, lines, only); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}
