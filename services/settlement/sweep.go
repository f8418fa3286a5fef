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
// Their payers get the price back though whoever held it is gone.
func (s *Service) VoidStaleHolds(ctx context.Context, longerThan time.Duration) (voided int, err error) {
	ids, err := s.store.StaleHolds(ctx, s.time().Add(-longerThan), sweepBatch)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		switch _, err := s.VoidRead(ctx, id); {
		case errors.Is(err, ErrReadCaptured): // in the meantime, which is as good
		case err != nil:
			return voided, fmt.Errorf("void stale read %s: %w", id, err)
		default:
			voided++
		}
	}
	return voided, nil
}
