package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// CycleSpan returns a closed cycle, or settlement.ErrPeriodNotFound.
func (s *Store) CycleSpan(ctx context.Context, number int64) (settlement.Span, error) {
	row, err := dbsqlc.New(s.owner).CycleSpan(ctx, number)
	return span(strconv.FormatInt(number, 10), dbsqlc.PeriodSpanRow(row), err)
}

// PeriodSpan returns a closed month, or settlement.ErrPeriodNotFound.
func (s *Store) PeriodSpan(ctx context.Context, month settlement.Month) (settlement.Span, error) {
	row, err := dbsqlc.New(s.owner).PeriodSpan(ctx, month.Start())
	return span(month.String(), row, err)
}

func span(name string, r dbsqlc.PeriodSpanRow, err error) (settlement.Span, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.Span{}, settlement.ErrPeriodNotFound
	}
	if err != nil {
		return settlement.Span{}, fmt.Errorf("look up %s: %w", name, err)
	}
	return settlement.Span{Name: name, First: r.FirstCycle, Last: r.LastCycle, Start: r.StartTime.UTC(), End: r.EndTime.UTC()}, nil
}

// MemberAccountSpans lists a member's accounts at both ends of a span.
func (s *Store) MemberAccountSpans(ctx context.Context, member string, sp settlement.Span) (spans []settlement.AccountSpan, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		rows, err := q.TenantAccountSpans(ctx, dbsqlc.TenantAccountSpansParams{Before: sp.First - 1, Last: sp.Last})
		if err != nil {
			return fmt.Errorf("list accounts of a span: %w", err)
		}
		for _, r := range rows {
			spans = append(spans, settlement.AccountSpan{
				ID: settlement.AccountID(r.Account), Opening: settlement.Amount(r.Opening), Closing: r.Closing, After: r.After, Until: r.Until,
			})
		}
		return nil
	})
	return spans, err
}

// MemberTotals sums what a member received and paid in a span.
func (s *Store) MemberTotals(ctx context.Context, member string, sp settlement.Span) (totals []settlement.KindTotal, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		rows, err := q.TenantTotals(ctx, dbsqlc.TenantTotalsParams{First: sp.First, Last: sp.Last})
		if err != nil {
			return fmt.Errorf("sum transfers of a span: %w", err)
		}
		for _, r := range rows {
			totals = append(totals, settlement.KindTotal{
				Kind: settlement.TransferKind(r.Kind), Received: settlement.Amount(r.Received), Paid: settlement.Amount(r.Paid), Transfers: r.Transfers,
			})
		}
		return nil
	})
	return totals, err
}

// MemberSpanLines lists postings of a member in a span.
func (s *Store) MemberSpanLines(
	ctx context.Context, member string, accounts []settlement.AccountSpan, behind settlement.LinePosition, limit int,
) (lines []settlement.SpanLine, err error) {
	params := dbsqlc.TenantSpanLinesParams{
		Account: string(behind.Account), Seq: behind.Seq, MaxRows: int32(limit), //nolint:gosec // at most a page, or a whole statement
	}
	for _, a := range accounts {
		params.Accounts, params.Afters, params.Untils = append(params.Accounts, string(a.ID)), append(params.Afters, a.After), append(params.Untils, a.Until)
	}
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		rows, err := q.TenantSpanLines(ctx, params)
		if err != nil {
			return fmt.Errorf("list lines of a span: %w", err)
		}
		for _, r := range rows {
			lines = append(lines, spanLine(r))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return lines, s.markLate(ctx, lines)
}

func spanLine(r dbsqlc.TenantSpanLinesRow) settlement.SpanLine {
	l := settlement.SpanLine{
		StatementLine: settlement.StatementLine{
			Seq: r.Seq, TransferID: r.Transfer, Amount: r.Amount, BalanceAfter: r.BalanceAfter, Description: r.Description, CreateTime: r.CreatedAt,
		},
		Account: settlement.AccountID(r.Account), Kind: settlement.TransferKind(r.Kind),
	}
	if r.ValueTime != nil {
		l.ValueTime = *r.ValueTime
	}
	return l
}

// markLate says of lines which closed cycle they are about.
func (s *Store) markLate(ctx context.Context, lines []settlement.SpanLine) error {
	var about dbsqlc.LateCyclesParams
	for i, l := range lines {
		if !l.ValueTime.IsZero() {
			about.Lines = append(about.Lines, int64(i))
			about.ValueTimes = append(about.ValueTimes, l.ValueTime)
			about.Posted = append(about.Posted, l.CreateTime)
		}
	}
	if len(about.Lines) == 0 {
		return nil
	}
	rows, err := dbsqlc.New(s.owner).LateCycles(ctx, about)
	if err != nil {
		return fmt.Errorf("look up cycles of late lines: %w", err)
	}
	for _, r := range rows {
		lines[r.Line].LateFor = r.Number
	}
	return nil
}

func (t *closeTx) InsertPeriod(ctx context.Context, month settlement.Month, last int64) error {
	if err := t.q.InsertPeriod(ctx, dbsqlc.InsertPeriodParams{Month: month.Start(), LastCycle: last}); err != nil {
		return fmt.Errorf("insert period: %w", err)
	}
	return nil
}

// Periods lists closed months before one, the last first.
func (s *Store) Periods(ctx context.Context, before time.Time, limit int) ([]settlement.Span, error) {
	rows, err := dbsqlc.New(s.owner).Periods(ctx, dbsqlc.PeriodsParams{Before: before, MaxRows: int32(limit)}) //nolint:gosec // at most a page and one
	if err != nil {
		return nil, fmt.Errorf("list periods: %w", err)
	}
	periods := make([]settlement.Span, len(rows))
	for i, r := range rows {
		periods[i] = settlement.Span{
			Name: settlement.MonthOf(r.Month).String(), First: r.FirstCycle, Last: r.LastCycle, Start: r.StartTime.UTC(), End: r.EndTime.UTC(),
		}
	}
	return periods, nil
}
