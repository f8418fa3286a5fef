package settlement

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// sweepBatch bounds the reads that one sweep voids; the next sweep takes the rest.
const sweepBatch = 100

// VoidStaleHolds voids reads that are held for longer than a duration, at most sweepBatch of them, and returns how many.
// Their payers get the price back though whoever held it is gone. A read that cannot be voided does not keep the others.
func (s *Service) VoidStaleHolds(ctx context.Context, longerThan time.Duration) (voided int, err error) {
	ids, err := s.store.StaleHolds(ctx, present(s.now).Add(-longerThan), sweepBatch)
	if err != nil {
		return 0, err
	}
	steps := make([]operation, len(ids))
	for i, id := range ids {
		steps[i] = voiding(id)
	}
	return sweep(ids, s.writer.runAll(ctx, steps...), ErrReadCaptured)
}

// sweep counts the steps that were taken, and joins the errors of the others. That something ended otherwise in the meantime is as good.
func sweep(ids []string, errs []error, otherwise error) (taken int, err error) {
	var failures []error
	for i, err := range errs {
		switch {
		case err == nil:
			taken++
		case errors.Is(err, otherwise):
		default:
			failures = append(failures, fmt.Errorf("sweep %s: %w", ids[i], err))
		}
	}
	return taken, errors.Join(failures...)
}
