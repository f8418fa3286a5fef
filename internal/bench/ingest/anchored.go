package ingest

import (
	"context"
	"fmt"
	"time"

	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

const (
	anchoredPoll = time.Second
	// anchoredTimeout bounds the wait for the epochs of a whole history: each takes a million entries, and they come in turns.
	anchoredTimeout = 10 * time.Minute
)

// awaitAnchored waits until everything that is journaled is in anchored epochs.
func (b *bench) awaitAnchored(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, anchoredTimeout)
	defer cancel()
	client := anchorv1.NewAnchorServiceClient(b.anchor)
	for {
		var journaled int64
		const query = `SELECT COALESCE(sum(size), 0)::bigint FROM (SELECT max(size) AS size FROM journal_checkpoint GROUP BY stream) AS streams`
		if err := b.pool.QueryRow(ctx, query).Scan(&journaled); err != nil {
			return err
		}
		status, err := client.GetAnchorStatus(ctx, &anchorv1.GetAnchorStatusRequest{})
		if err != nil {
			return err
		}
		// The other services' streams are among what is anchored: there is never less of it than of ingest's own.
		if status.GetEpochsPending() == 0 && status.GetEntriesAnchored() >= journaled {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d entries are anchored: %w", status.GetEntriesAnchored(), journaled, ctx.Err())
		case <-time.After(anchoredPoll):
		}
	}
}
