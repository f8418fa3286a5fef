package replay

import (
	"context"
	"iter"

	"github.com/pcc-platform/pcc/internal/epoch"
	journal "github.com/pcc-platform/pcc/internal/journal/proof"
)

// Source is where a follower reads what the platform shows to its members. Nothing that it returns is believed. Each call
// ends when its context does; the follower sets deadlines.
type Source interface {
	// Newest returns the number of the newest epoch record, whether it is cosigned or not; zero if there is none.
	Newest(ctx context.Context) (uint64, error)
	// Records returns the texts of the records from number first up to, not including, end: at most [recordsAtOnce], fewer if
	// the platform shows no more.
	Records(ctx context.Context, first, end uint64) ([]string, error)
	// Entries yields the entries of a part of a stream, in their order, some at a time; fewer if the platform shows no more.
	// What comes with an error is not looked at, and the error ends it.
	Entries(ctx context.Context, part epoch.Range) iter.Seq2[[]journal.Entry, error]
}
