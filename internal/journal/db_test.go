package journal_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/journal"
)

// newDB gives the test an empty schema with a journal in it.
func newDB(t *testing.T) *pgxpool.Pool {
	t.Helper()
	ctx := t.Context()
	schema := "journal_" + strings.ToLower(t.Name())
	config, err := pgxpool.ParseConfig(os.Getenv("PCC_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.RuntimeParams["search_path"] = schema
	db, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	tables, err := os.ReadFile("../../migrations/journal/00001_journal.sql")
	if err != nil {
		t.Fatal(err)
	}
	create := fmt.Sprintf("DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s; %s", schema, schema, tables)
	if _, err := db.Exec(ctx, create); err != nil {
		t.Fatal(err)
	}
	return db
}

// appendLeaves commits one batch.
func appendLeaves(ctx context.Context, db *pgxpool.Pool, stream string, leaves [][]byte) (first uint64, cp journal.Checkpoint, err error) {
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		first, cp, err = journal.Append(ctx, tx, stream, leaves)
		return err
	})
	return first, cp, err
}

// frames makes n distinct leaves.
func frames(label string, n int) [][]byte {
	leaves := make([][]byte, n)
	for i := range leaves {
		leaves[i] = journal.Frame("test.v1.Note", [16]byte{byte(i), byte(i >> 8)}, fmt.Appendf(nil, "%s %d", label, i))
	}
	return leaves
}
