package journalclient

import (
	"context"
	"fmt"
	"iter"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/logclient"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// Entries yields a part of a stream, in order, in pieces as they come. A stream that ends early is for the caller to find.
func (l *Logs) Entries(ctx context.Context, r epoch.Range) iter.Seq2[[]proof.Entry, error] {
	service, _ := keeper.Of(r.Stream)
	client, known := l.services[service]
	if !known {
		return func(yield func([]proof.Entry, error) bool) {
			yield(nil, fmt.Errorf("journalclient: no service keeps the stream %s", r.Stream))
		}
	}
	return logclient.Entries(ctx, client, r.Stream, r.First, r.Len())
}
