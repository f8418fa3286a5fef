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
	var failures []error
	for i, err := range s.writer.runAll(ctx, steps...) {
		switch {
		case err == nil:
			voided++
		case errors.Is(err, ErrReadCaptured): // in the meantime, which is as good
		default:
			failures = append(failures, fmt.Errorf("void stale read %s: %w", ids[i], err))
		}
	}
	return voided, errors.Join(failures...)
}
