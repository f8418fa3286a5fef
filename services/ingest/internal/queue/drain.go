package queue

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/services/ingest"
)

const (
	// drainTimeout bounds the wait for what is queued, drainPoll is how often it looks.
	drainTimeout = 30 * time.Second
	drainPoll    = 50 * time.Millisecond
)

// Drained implements ingest.Drainer: messages that were acknowledged are deleted from the stream, so that its first one tells.
func (q *Queue) Drained(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	stream, err := q.js.Stream(ctx, Stream)
	if err != nil {
		return ingest.ErrQueueUnavailable.Wrap(err)
	}
	last := stream.CachedInfo().State.LastSeq
	ticker := time.NewTicker(drainPoll)
	defer ticker.Stop()
	for {
		info, err := stream.Info(ctx)
		if err != nil {
			return ingest.ErrQueueNotDrained.Wrap(err)
		}
		if info.State.Msgs == 0 || info.State.FirstSeq > last {
			return nil
		}
		select {
		case <-ctx.Done():
			return ingest.ErrQueueNotDrained
		case <-ticker.C:
		}
	}
}
