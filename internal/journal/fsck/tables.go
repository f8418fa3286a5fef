package fsck

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const (
	tableEntry      = "journal_entry"
	tableTile       = "journal_tile"
	tableCheckpoint = "journal_checkpoint"
)

// guarded is a table with its key and the triggers that keep its rows.
type guarded struct {
	table string
	// primaryKey is the constraint, columns what it is on.
	primaryKey, columns string
	triggers            []string
	// outOfRange is a condition that no row fulfils.
	outOfRange string
}

// guards are those of migrations/journal.
func guards() []guarded {
	return []guarded{
		{tableEntry, "journal_entry_pk", "stream, seq", []string{"journal_entry_append_only", "journal_entry_no_truncate"}, "seq < 0"},
		{
			tableTile, "journal_tile_pk", "stream, level, idx",
			[]string{"journal_tile_grows", "journal_tile_no_delete", "journal_tile_no_truncate"}, "idx < 0 OR level NOT BETWEEN 0 AND 7",
		},
		{
			tableCheckpoint, "journal_checkpoint_pk", "stream, size",
			[]string{"journal_checkpoint_append_only", "journal_checkpoint_no_truncate"}, "size < 1",
		},
	}
}

// checkTables examines what is of tables and not of streams. The costly searches
// are for rows that a key or a constraint forbids, and run where it is gone.
func checkTables(ctx context.Context, tx pgx.Tx, found *Findings) error {
	for _, g := range guards() {
		if err := CheckTriggers(ctx, tx, found, g.table, g.triggers...); err != nil {
			return err
		}
		if err := g.checkRange(ctx, tx, found); err != nil {
			return fmt.Errorf("fsck: rows of %s: %w", g.table, err)
		}
		if err := g.checkKey(ctx, tx, found); err != nil {
			return fmt.Errorf("fsck: key of %s: %w", g.table, err)
		}
	}
	return nil
}

// CheckTriggers finds triggers of a table that are gone or switched off.
func CheckTriggers(ctx context.Context, tx pgx.Tx, found *Findings, table string, triggers ...string) error {
	const query = `
		SELECT name FROM unnest($2::text[]) AS wanted(name)
		WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass($1) AND t.tgname = name AND t.tgenabled IN ('O', 'A'))
		ORDER BY name`
	missing, err := collect(ctx, tx, pgx.RowTo[string], query, table, triggers)
	if err != nil {
		return fmt.Errorf("fsck: triggers of %s: %w", table, err)
	}
	for _, name := range missing {
		found.Add(GuardMissing, "", AtTable(table), "the trigger %s is gone or switched off: rows can be changed unnoticed", name)
	}
	return nil
}

func (g *guarded) checkRange(ctx context.Context, tx pgx.Tx, found *Findings) error {
	query := fmt.Sprintf(`SELECT stream, count(*) FROM %s WHERE %s GROUP BY stream ORDER BY stream LIMIT %d`, g.table, g.outOfRange, MaxPerReason)
	return forEach(ctx, tx, query, func(stream string, n int64) {
		found.Add(RowOutOfRange, stream, AtTable(g.table), "%d rows have numbers that no journal has (%s): they were put there by hand", n, g.outOfRange)
	})
}

func (g *guarded) checkKey(ctx context.Context, tx pgx.Tx, found *Findings) error {
	const query = `SELECT count(*) FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2 AND contype = 'p' AND convalidated`
	keys, err := collect(ctx, tx, pgx.RowTo[int64], query, g.table, g.primaryKey)
	if err != nil || keys[0] == 1 {
		return err
	}
	found.Add(GuardMissing, "", AtTable(g.table), "the primary key %s is gone: rows can be there twice", g.primaryKey)
	twice := fmt.Sprintf(`SELECT stream, count(*) FROM (SELECT stream FROM %s GROUP BY %s HAVING count(*) > 1) AS twice GROUP BY stream ORDER BY stream LIMIT %d`,
		g.table, g.columns, MaxPerReason)
	return forEach(ctx, tx, twice, func(stream string, n int64) {
		found.Add(RowDuplicate, stream, AtTable(g.table), "%d keys (%s) have more than one row; the first of each is examined", n, g.columns)
	})
}

func forEach(ctx context.Context, tx pgx.Tx, query string, f func(stream string, n int64)) error {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	var stream string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&stream, &n}, func() error {
		f(stream, n)
		return nil
	})
	return err
}
