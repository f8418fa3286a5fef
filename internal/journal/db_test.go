package journal_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit"
)

// newDB gives the test a schema with an empty journal in it.
func newDB(t *testing.T) *pgxpool.Pool {
	t.Helper()
	return testkit.Migrated(t, os.DirFS("../../migrations"), "journal")
}

// appendLeaves commits one batch.
func appendLeaves(ctx context.Context, db *pgxpool.Pool, stream string, leaves []journal.Leaf) (first uint64, cp journal.Checkpoint, err error) {
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		first, cp, err = journal.Append(ctx, tx, stream, leaves)
		return err
	})
	return first, cp, err
}

// leavesOf makes n distinct leaves of a few lists.
func leavesOf(label string, n int) []journal.Leaf {
	leaves := make([]journal.Leaf, n)
	for i := range leaves {
		leaves[i] = journal.Leaf{
			Key:   proof.Key{byte(i % 3)},
			Frame: journal.Frame("test.v1.Note", [16]byte{byte(i), byte(i >> 8)}, fmt.Appendf(nil, "%s %d", label, i)),
		}
	}
	return leaves
}
