package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pcc-platform/pcc/internal/history"
)

// DryRun reads a source to its end and sends nothing. Accepted counts the rows that an import would send; rejected is told
// every other row. What only the platform knows, such as whether the member may send, is not found out.
func DryRun(ctx context.Context, source history.Source, rejected func(history.Rejection) error) (Sums, error) {
	sums := Sums{Rejected: map[string]int{}, Started: time.Now()}
	err := drain(ctx, source, rejected)
	tally := source.Tally()
	sums.RowsRead, sums.Accepted, sums.Ended = tally.RowsRead, tally.Accepted, time.Now()
	for code, n := range tally.Rejected {
		sums.Rejected[string(code)] = n
	}
	return sums, err
}

func drain(ctx context.Context, source history.Source, rejected func(history.Rejection) error) error {
	for ctx.Err() == nil {
		record, err := source.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("import: read: %w", err)
		}
		for _, r := range record.Rejections {
			if err := rejected(r); err != nil {
				return fmt.Errorf("import: report a rejected row: %w", err)
			}
		}
	}
	return ctx.Err()
}
