package postgres_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/iso20022/iso20022test"
)

func TestStatementsBookWhatTheySay(t *testing.T) {
	b := newBank(t)
	ctx := asService(t.Context())
	b.admit(t, "garage", 0)
	manual := settlement.Receipt{RequestID: uuid.NewString(), BankReference: "R1", Member: "garage", Amount: 5 * euro}
	if _, err := b.RecordReceipt(ctx, manual); err != nil {
		t.Fatal(err)
	}
	b.wantPeg(t, true) // 5 euro owed are on their way
	got := b.book(t,
		iso20022test.Entry{Reference: "R1", Cents: 500, Text: "PCC/garage"},
		iso20022test.Entry{Reference: "R2", Cents: 10_001, Text: "for pcc/GARAGE please"},
		iso20022test.Entry{Reference: "R3", Cents: 700, Text: "PCC/nobody"},
		iso20022test.Entry{Reference: "R4", Cents: 300, Text: "no name"},
	)
	want := []settlement.BankEntry{
		{Reference: "R1", Amount: 5 * euro, Outcome: settlement.EntryConfirmed},
		{Reference: "R2", Amount: 100*euro + 100, Outcome: settlement.EntryCredited, Member: "garage"},
		{Reference: "R3", Amount: 7 * euro, Outcome: settlement.EntrySuspended},
		{Reference: "R4", Amount: 3 * euro, Outcome: settlement.EntrySuspended},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	b.wantAvailable(t, "garage", 105*euro+100)
	b.wantPeg(t, true)

	// What is in suspense is taken from there, once and whole.
	suspended := settlement.Receipt{RequestID: uuid.NewString(), BankReference: "R4", Member: "garage", Amount: 2 * euro}
	if _, err := b.RecordReceipt(ctx, suspended); !errors.Is(err, settlement.ErrReceiptExists) {
		t.Errorf("a part of what is in suspense: %v", err)
	}
	suspended.Amount = 3 * euro
	for range 2 {
		if r, err := b.RecordReceipt(ctx, suspended); err != nil || r.Balance != 108*euro+100 {
			t.Errorf("assigned %+v, %v", r, err)
		}
	}
	b.wantPeg(t, true)
}

func TestStatementsFollowEachOther(t *testing.T) {
	b := newBank(t)
	ctx := asService(t.Context())
	b.admit(t, "garage", 0)
	credit := iso20022test.Entry{Reference: "R1", Cents: 500, Text: "PCC/garage"}
	first := iso20022test.Statement("S1", consortiumIBAN, 0, credit)
	second := iso20022test.Entry{Reference: "R2", Cents: 100, Text: "PCC/garage"}
	for _, c := range []struct {
		what     string
		document []byte
		want     error
	}{
		{"a first one that begins above zero", iso20022test.Statement("S0", consortiumIBAN, 1, credit), settlement.ErrStatementGap},
		{"another account", iso20022test.Statement("S1", "NO9386011117947", 0, credit), settlement.ErrAccountForeign},
		{"the first", first, nil},
		{"the first again", first, nil},
		{"the first with other content", iso20022test.Statement("S1", consortiumIBAN, 0, second), settlement.ErrStatementExists},
		{"a gap", iso20022test.Statement("S2", consortiumIBAN, 501, second), settlement.ErrStatementGap},
		{"an entry of the first", iso20022test.Statement("S2", consortiumIBAN, 500, second, credit), settlement.ErrEntryDuplicate},
		{"the second", iso20022test.Statement("S2", consortiumIBAN, 500, second), nil},
		{"the first once more", first, nil},
	} {
		s, _, err := b.ImportStatement(ctx, c.document)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
		if err == nil && len(s.Entries) != 1 {
			t.Errorf("%s: entries %+v", c.what, s.Entries)
		}
	}
	b.wantAvailable(t, "garage", 6*euro)
	b.wantPeg(t, true)
}

func TestPayoutIsBurnedWhenTheBankShowsIt(t *testing.T) {
	b := newBank(t)
	b.admit(t, "garage", 0)
	b.book(t, iso20022test.Entry{Reference: "R1", Cents: 10_000, Text: "PCC/garage"})
	paid, returned, rejected := b.request(t, "garage", 10*euro), b.request(t, "garage", 20*euro), b.request(t, "garage", 30*euro)
	b.wantAvailable(t, "garage", 40*euro)
	batch := b.export(t)
	if batch.Payments != 3 || !strings.Contains(string(batch.Document), endToEnd(paid)) {
		t.Errorf("exported %d payments:\n%s", batch.Payments, batch.Document)
	}
	got := b.book(t,
		iso20022test.Entry{Reference: "R2", Cents: -1000, EndToEnd: endToEnd(paid)},
		iso20022test.Entry{Reference: "R3", Cents: -2000, EndToEnd: endToEnd(returned)},
		iso20022test.Entry{Reference: "R4", Cents: 2000, EndToEnd: endToEnd(returned), Returned: true},
	)
	want := []settlement.BankEntry{
		{Reference: "R2", Amount: -10 * euro, Outcome: settlement.EntryPaid, Member: "garage", Payout: paid.ID},
		{Reference: "R3", Amount: -20 * euro, Outcome: settlement.EntryPaid, Member: "garage", Payout: returned.ID},
		{Reference: "R4", Amount: 20 * euro, Outcome: settlement.EntryReturned, Member: "garage", Payout: returned.ID},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	ctx := asService(t.Context())
	for range 2 {
		if p, err := b.RejectPayout(ctx, rejected.ID); err != nil || p.State != settlement.PayoutRejected {
			t.Errorf("rejected %+v, %v", p, err)
		}
	}
	b.wantAvailable(t, "garage", 90*euro)
	b.wantPeg(t, true)
	for what, err := range map[string]error{
		"reject a paid one":      second(b.RejectPayout(ctx, paid.ID)),
		"cancel a paid one":      second(b.CancelPayout(ctx, "garage", paid.ID)),
		"approve a returned one": second(b.ApprovePayout(ctx, "garage", returned.ID, "garage/other")),
	} {
		if !errors.Is(err, settlement.ErrPayoutState) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := second(b.CancelPayout(ctx, "oem", paid.ID)); !errors.Is(err, settlement.ErrPayoutNotFound) {
		t.Errorf("another member's: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestDisagreementStopsPayouts: each entry that the ledger cannot explain stops payouts until another one makes up for it.
func TestDisagreementStopsPayouts(t *testing.T) {
	b := newBank(t)
	ctx := asService(t.Context())
	b.admit(t, "garage", 0)
	b.book(t, iso20022test.Entry{Reference: "R1", Cents: 10_000, Text: "PCC/garage"})
	waiting := b.request(t, "garage", 10*euro)
	manual := settlement.Receipt{RequestID: uuid.NewString(), BankReference: "R2", Member: "garage", Amount: 5 * euro}
	if _, err := b.RecordReceipt(ctx, manual); err != nil {
		t.Fatal(err)
	}
	for i, wrong := range []iso20022test.Entry{
		{Cents: -1},
		{Cents: -1000, EndToEnd: endToEnd(waiting)},                  // not exported
		{Cents: 1000, EndToEnd: endToEnd(waiting), Returned: true},   // not paid
		{Cents: 1000, Text: "PCC/garage", Returned: true},            // of no payout
		{Reference: "R2", Cents: 600, Text: "PCC/garage"},            // recorded as 5 euro
		{Cents: -1000, EndToEnd: "00000000000040008000000000000000"}, // no payout
	} {
		if wrong.Reference == "" {
			wrong.Reference = fmt.Sprintf("wrong %d", i)
		}
		if got := b.book(t, wrong); got[0].Outcome != settlement.EntryUnexplained {
			t.Errorf("%+v: %s", wrong, got[0].Outcome)
		}
		b.wantPegOnly(t, false)
		if _, err := b.ExportPayouts(ctx, uuid.NewString()); !errors.Is(err, settlement.ErrPayoutsStopped) {
			t.Errorf("export after %+v: %v", wrong, err)
		}
		if _, err := b.RequestPayout(ctx, payoutRequest("garage", euro, "garage/first")); !errors.Is(err, settlement.ErrPayoutsStopped) {
			t.Errorf("request after %+v: %v", wrong, err)
		}
		// What takes it back is as little explained, but then all agree again. A confirmed receipt of other amount stays off by it.
		undo := -wrong.Cents
		if wrong.Reference == "R2" {
			undo = 500 - wrong.Cents
		}
		b.book(t, iso20022test.Entry{Reference: fmt.Sprintf("undo %d", i), Cents: undo, Returned: true})
		b.wantPegOnly(t, true)
	}
	if batch := b.export(t); batch.Payments != 1 {
		t.Errorf("exported %d", batch.Payments)
	}
}

// TestWriteOff: two people book on the pool what the ledger lacks of an unexplained entry, and payouts go on.
func TestWriteOff(t *testing.T) {
	b := newBank(t)
	ctx := asService(t.Context())
	b.admit(t, "garage", 0)
	manual := settlement.Receipt{RequestID: uuid.NewString(), BankReference: "R1", Member: "garage", Amount: 5 * euro}
	if _, err := b.RecordReceipt(ctx, manual); err != nil {
		t.Fatal(err)
	}
	b.book(t,
		iso20022test.Entry{Reference: "R1", Cents: 600, Text: "PCC/garage"}, // a euro more than recorded
		iso20022test.Entry{Reference: "R2", Cents: 100, Text: "PCC/garage"},
		iso20022test.Entry{Reference: "fee", Cents: -30},
		iso20022test.Entry{Reference: "theft", Cents: -100},
	)
	for _, c := range []struct {
		reference, by string
		want          error
		open          bool
	}{
		{"none", "first", settlement.ErrEntryNotFound, false},
		{"R2", "first", settlement.ErrEntryExplained, false},
		{"fee", "first", nil, true},
		{"fee", "second", settlement.ErrInsufficientFunds, false}, // the pool is empty
		{"R1", "first", nil, true},
		{"R1", "first", nil, true},
		{"R1", "second", nil, false},
		{"R1", "third", nil, false},
		{"fee", "second", nil, false},
		{"theft", "second", nil, true},
		{"theft", "first", settlement.ErrInsufficientFunds, false}, // 0.70 are left
	} {
		w, err := b.WriteOffEntry(ctx, c.reference, c.by)
		if !errors.Is(err, c.want) || err == nil && (w.ApprovedBy == "") != c.open {
			t.Errorf("%s by %s: %+v, %v; want %v", c.reference, c.by, w, err, c.want)
		}
	}
	b.wantPegOnly(t, false)
	b.book(t, iso20022test.Entry{Reference: "theft undone", Cents: 100, Returned: true})
	b.wantPeg(t, true)
	pool := poolBalances(b.mustBalance(t))[string(settlement.PoolInfrastructure)]
	if pool != 7000 {
		t.Errorf("the pool has %s, want 0.7000", pool)
	}
}

func TestFourEyes(t *testing.T) {
	b := newBank(t)
	ctx := asService(t.Context())
	b.admit(t, "garage", 0)
	record := func(by string, amount settlement.Amount) (settlement.Receipt, error) {
		return b.RecordReceipt(ctx, settlement.Receipt{RequestID: uuid.NewString(), BankReference: "R1", Member: "garage", Amount: amount, By: by})
	}
	for range 2 {
		if r, err := record("pcc/first", 3*limit); err != nil || r.TransferID != "" {
			t.Fatalf("by one person: %+v, %v", r, err)
		}
	}
	b.wantAvailable(t, "garage", 0)
	if _, err := record("pcc/second", 3*limit+1); !errors.Is(err, settlement.ErrReceiptExists) {
		t.Errorf("two people who disagree: %v", err)
	}
	if r, err := record("pcc/second", 3*limit); err != nil || r.Balance != 3*limit {
		t.Fatalf("by two people: %+v, %v", r, err)
	}

	at, above := b.request(t, "garage", limit), b.request(t, "garage", limit+euro)
	if at.NeedsApproval(limit) || !above.NeedsApproval(limit) {
		t.Errorf("at the limit %+v, above it %+v", at, above)
	}
	if batch := b.export(t); batch.Payments != 1 || strings.Contains(string(batch.Document), endToEnd(above)) {
		t.Errorf("exported %d payments:\n%s", batch.Payments, batch.Document)
	}
	if err := second(b.ApprovePayout(ctx, "garage", above.ID, "garage/first")); !errors.Is(err, settlement.ErrSamePerson) {
		t.Errorf("approved by who requested: %v", err)
	}
	if _, err := b.ExportPayouts(ctx, uuid.NewString()); !errors.Is(err, settlement.ErrNothingToExport) {
		t.Errorf("export of what is not approved: %v", err)
	}
	for range 2 {
		if p, err := b.ApprovePayout(ctx, "garage", above.ID, "garage/second"); err != nil || p.ApprovedBy != "garage/second" {
			t.Fatalf("approved %+v, %v", p, err)
		}
	}
	if batch := b.export(t); batch.Payments != 1 || !strings.Contains(string(batch.Document), endToEnd(above)) {
		t.Errorf("exported %d payments:\n%s", batch.Payments, batch.Document)
	}
	b.wantPeg(t, true)
}

func TestPayoutRequests(t *testing.T) {
	b := newBank(t)
	ctx := asService(t.Context())
	b.admit(t, "garage", 10*euro)
	first := payoutRequest("garage", 4*euro, "garage/first")
	p, err := b.RequestPayout(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*settlement.PayoutRequest)
		want   string
	}{
		"same":              {func(*settlement.PayoutRequest) {}, ""},
		"other amount":      {func(q *settlement.PayoutRequest) { q.Amount = euro }, "REQUEST_ID_REUSED"},
		"other account":     {func(q *settlement.PayoutRequest) { q.Creditor.IBAN = "NO9386011117947" }, "REQUEST_ID_REUSED"},
		"too much":          {func(q *settlement.PayoutRequest) { q.RequestID, q.Amount = uuid.NewString(), 7*euro }, "INSUFFICIENT_FUNDS"},
		"unknown member":    {func(q *settlement.PayoutRequest) { q.Member = "nobody" }, "MEMBER_NOT_FOUND"},
		"parts of a cent":   {func(q *settlement.PayoutRequest) { q.Amount++ }, "AMOUNT_INVALID"},
		"nothing":           {func(q *settlement.PayoutRequest) { q.Amount = 0 }, "AMOUNT_INVALID"},
		"more than SEPA":    {func(q *settlement.PayoutRequest) { q.Amount = 1_000_000_000 * euro }, "AMOUNT_INVALID"},
		"wrong check digit": {func(q *settlement.PayoutRequest) { q.Creditor.IBAN = "FR1520041010050500013M02606" }, "INVALID_FIELD"},
		"no name":           {func(q *settlement.PayoutRequest) { q.Creditor.Name = " " }, "INVALID_FIELD"},
		"wrong BIC":         {func(q *settlement.PayoutRequest) { q.Creditor.BIC = "12345678" }, "INVALID_FIELD"},
	} {
		q := first
		c.change(&q)
		got, err := b.RequestPayout(ctx, q)
		if apperr.ReasonOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if c.want == "" && got.ID != p.ID {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for range 2 {
		if err := second(b.CancelPayout(ctx, "garage", p.ID)); err != nil {
			t.Fatal(err)
		}
	}
	b.wantAvailable(t, "garage", 10*euro)
	list, err := b.MemberPayouts(ctx, "garage", math.MaxInt64, 10)
	if err != nil || len(list) != 1 || list[0].State != settlement.PayoutCancelled {
		t.Errorf("payouts %+v, %v", list, err)
	}
	if list, err := b.MemberPayouts(ctx, "oem", math.MaxInt64, 10); err != nil || len(list) != 0 {
		t.Errorf("another member sees %+v, %v", list, err)
	}
	b.wantPeg(t, true)
}

// TestConcurrentPayouts: requests, exports, cancellations and statements at once neither deadlock nor pay twice.
func TestConcurrentPayouts(t *testing.T) {
	b := newBank(t)
	ctx := asService(t.Context())
	b.admit(t, "garage", 0)
	const n = 32
	b.book(t, iso20022test.Entry{Reference: "R1", Cents: 100 * n, Text: "PCC/garage"})
	var wg sync.WaitGroup
	exported := make([]int, n)
	for i := range n {
		wg.Go(func() {
			p, err := b.RequestPayout(ctx, payoutRequest("garage", euro, "garage/first"))
			if err != nil {
				t.Errorf("request: %v", err)
				return
			}
			batch, err := b.ExportPayouts(ctx, uuid.NewString())
			if err != nil && !errors.Is(err, settlement.ErrNothingToExport) {
				t.Errorf("export: %v", err)
			}
			exported[i] = batch.Payments
			if err := second(b.CancelPayout(ctx, "garage", p.ID)); err != nil && !errors.Is(err, settlement.ErrPayoutState) {
				t.Errorf("cancel: %v", err)
			}
		})
	}
	wg.Wait()
	list, err := b.MemberPayouts(ctx, "garage", math.MaxInt64, n+1)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	var debits []iso20022test.Entry
	for _, batch := range exported {
		total += batch
	}
	for _, p := range list {
		if p.State == settlement.PayoutExported {
			debits = append(debits, iso20022test.Entry{Reference: p.ID[:30], Cents: -100, EndToEnd: endToEnd(p)})
		}
	}
	if len(list) != n || len(debits) != total {
		t.Errorf("%d payouts, %d exported, %d payments in messages", len(list), len(debits), total)
	}
	b.book(t, debits...)
	b.wantAvailable(t, "garage", settlement.Amount(n-total)*euro)
	b.wantPeg(t, true)
}
