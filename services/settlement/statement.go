package settlement

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Span is a closed stretch of the ledger of which there are statements: one cycle, or all of a month.
type Span struct {
	// Name is the cycle's number, or the month.
	Name string
	// First and Last are the numbers of its cycles.
	First, Last int64
	Start, End  time.Time
}

// Statement is what a member had at both ends of a span, and what led from one to the other.
type Statement struct {
	Span
	Member string
	// Accounts are those of the member, by id.
	Accounts []AccountSpan
	// Totals are what the member received from others and paid to them, by kind of transfer. What moved between its own accounts, such
	// as a hold, is in neither.
	Totals []KindTotal
}

// AccountSpan is an account at both ends of a span.
type AccountSpan struct {
	ID               AccountID
	Opening, Closing Amount
	// Postings are those in the span: with a number above After, up to Until.
	After, Until int64
}

// KindTotal is what transfers of a kind brought and took.
type KindTotal struct {
	Kind           TransferKind
	Received, Paid Amount
	Transfers      int64
}

// Net is what the member received less what it paid.
func (t KindTotal) Net() Amount { return t.Received - t.Paid }

// Net is what the member received less what it paid, over all kinds.
func (s Statement) Net() (net Amount) {
	for _, t := range s.Totals {
		net += t.Net()
	}
	return net
}

// verify holds the ends of a statement to what led from one to the other. A difference is a fault of the books.
func (s Statement) verify() error {
	var change Amount
	for _, a := range s.Accounts {
		change += a.Closing - a.Opening
	}
	if change != s.Net() {
		return fmt.Errorf("settlement: the balances of %s change by %s in %s, its transfers make %s", s.Member, change, s.Name, s.Net())
	}
	return nil
}

// SpanLine is one posting in a span.
type SpanLine struct {
	StatementLine
	Account AccountID
	Kind    TransferKind
	// ValueTime is when what it is about happened, if that was before it was posted; zero otherwise.
	ValueTime time.Time
	// LateFor is the number of the cycle that it is about, if that was closed; 0 otherwise.
	LateFor int64
}

// LinePosition is where a page of lines begins: behind a posting on an account. The zero value is the beginning.
type LinePosition struct {
	Account AccountID
	Seq     int64
}

// StatementStore keeps what statements are made of.
type StatementStore interface {
	// CycleSpan and PeriodSpan return a closed cycle or month, or ErrPeriodNotFound.
	CycleSpan(ctx context.Context, number int64) (Span, error)
	PeriodSpan(ctx context.Context, month Month) (Span, error)
	// MemberAccountSpans lists a member's accounts at both ends of a span, by id.
	MemberAccountSpans(ctx context.Context, member string, s Span) ([]AccountSpan, error)
	// MemberTotals sums what a member received and paid in a span, by kind.
	MemberTotals(ctx context.Context, member string, s Span) ([]KindTotal, error)
	// MemberSpanLines lists at most limit postings of a member's accounts behind a position, by account and number.
	MemberSpanLines(ctx context.Context, member string, accounts []AccountSpan, behind LinePosition, limit int) ([]SpanLine, error)
}

// Statements is the use cases of statements. It is safe for concurrent use.
type Statements struct{ store StatementStore }

// NewStatements returns the use cases over a store.
func NewStatements(store StatementStore) *Statements { return &Statements{store: store} }

// cycleNumber is the name of a span of one cycle.
var cycleNumber = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)

// Statement returns the statement of a member over a closed cycle ("7") or month ("2026-03").
// Errors: ErrPeriodNotFound.
func (s *Statements) Statement(ctx context.Context, member, name string) (Statement, error) {
	span, err := s.span(ctx, name)
	if err != nil {
		return Statement{}, err
	}
	st := Statement{Span: span, Member: member}
	if st.Accounts, err = s.store.MemberAccountSpans(ctx, member, span); err != nil {
		return Statement{}, err
	}
	if st.Totals, err = s.store.MemberTotals(ctx, member, span); err != nil {
		return Statement{}, err
	}
	return st, st.verify()
}

func (s *Statements) span(ctx context.Context, name string) (Span, error) {
	if cycleNumber.MatchString(name) {
		number, err := strconv.ParseInt(name, 10, 64)
		if err != nil {
			return Span{}, ErrPeriodNotFound
		}
		return s.store.CycleSpan(ctx, number)
	}
	month, err := ParseMonth(name)
	if err != nil {
		return Span{}, err
	}
	return s.store.PeriodSpan(ctx, month)
}

// Lines lists at most limit lines of a statement behind a position.
func (s *Statements) Lines(ctx context.Context, st Statement, behind LinePosition, limit int) ([]SpanLine, error) {
	return s.store.MemberSpanLines(ctx, st.Member, st.Accounts, behind, limit)
}

// MaxWholeLines bounds a statement that is given whole.
const MaxWholeLines = 10_000

// WholeStatement returns a statement with all of its lines.
// Errors: ErrPeriodNotFound, ErrStatementTooLong (more than MaxWholeLines).
func (s *Statements) WholeStatement(ctx context.Context, member, name string) (Statement, []SpanLine, error) {
	st, err := s.Statement(ctx, member, name)
	if err != nil {
		return Statement{}, nil, err
	}
	lines, err := s.Lines(ctx, st, LinePosition{}, MaxWholeLines+1)
	if err != nil {
		return Statement{}, nil, err
	}
	if len(lines) > MaxWholeLines {
		return Statement{}, nil, ErrStatementTooLong
	}
	return st, lines, nil
}
