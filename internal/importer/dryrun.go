package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pcc-platform/pcc/internal/history"
)

// codeTimeInFuture is the platform's own reason, and maxClockSkew how far ahead it lets an event be.
const (
	codeTimeInFuture history.Code = "TIME_IN_FUTURE"
	maxClockSkew                  = 5 * time.Minute
)

// DryRun reads a source to its end and sends nothing. Accepted counts the rows that an import would send and the platform
// not refuse by what they say; rejected is told every other row. What only the platform knows, such as whether the member may
// send, is not found out.
func DryRun(ctx context.Context, source history.Source, rejected func(history.Rejection) error) (Sums, error) {
	sums := Sums{Rejected: map[string]int{}, Started: time.Now()}
	ahead := 0
	err := drain(ctx, source, sums.Started.Add(maxClockSkew), func(r history.Rejection) error {
		if r.Code == codeTimeInFuture {
			ahead++
		}
		return rejected(r)
	})
	tally := source.Tally()
	sums.RowsRead, sums.Accepted, sums.Ended = tally.RowsRead, tally.Accepted-ahead, time.Now()
	for code, n := range tally.Rejected {
		sums.Rejected[string(code)] = n
	}
	if ahead > 0 {
		sums.Rejected[string(codeTimeInFuture)] = ahead
	}
	return sums, err
}

func drain(ctx context.Context, source history.Source, latest time.Time, rejected func(history.Rejection) error) error {
	for ctx.Err() == nil {
		record, err := source.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("import: read: %w", err)
		}
		for _, r := range append(record.Rejections, after(latest, record.Events)...) {
			if err := rejected(r); err != nil {
				return fmt.Errorf("import: report a rejected row: %w", err)
			}
		}
	}
	return ctx.Err()
}

// after rejects the events that the platform would say have not happened yet.
func after(latest time.Time, events []history.Event) (rejections []history.Rejection) {
	for _, e := range events {
		if e.Time.After(latest) {
			rejections = append(rejections, history.Rejection{
				Line: e.Line, Row: e.Row, Code: codeTimeInFuture, Reason: fmt.Sprintf("more than %v in the future", maxClockSkew),
			})
		}
	}
	return rejections
}
