package journalclient

import (
	"context"
	"iter"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// Entries yields a part of a stream, in order, in pieces as they come. A stream that ends early is for the caller to find.
func (l *Logs) Entries(ctx context.Context, r epoch.Range) iter.Seq2[[]proof.Entry, error] {
	return l.services.Entries(ctx, r)
}
