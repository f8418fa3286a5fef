package fsck

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Rows goes once through the rows of a query, in its order, a page at a time:
// for examinations of tables beside the journal. PostgreSQL sorts them once, on
// its disk where they do not fit into its memory.
type Rows[T any] struct {
	tx    pgx.Tx
	name  string
	scan  pgx.RowToFunc[T]
	limit int
	page  []T
	done  bool
	taken uint64
}

// OpenRows opens a cursor of a name that the transaction has no other of. At
// most limit rows are in memory.
func OpenRows[T any](ctx context.Context, tx pgx.Tx, name, query string, limit int, scan pgx.RowToFunc[T]) (*Rows[T], error) {
	if _, err := tx.Exec(ctx, fmt.Sprintf("DECLARE %s NO SCROLL CURSOR FOR %s", pgx.Identifier{name}.Sanitize(), query)); err != nil {
		return nil, fmt.Errorf("fsck: read %s: %w", name, err)
	}
	return &Rows[T]{tx: tx, name: name, scan: scan, limit: limit}, nil
}

// Take takes the next row if it is wanted, and returns nil otherwise.
func (r *Rows[T]) Take(ctx context.Context, wanted func(*T) bool) (*T, error) {
	if len(r.page) == 0 && !r.done {
		if err := r.fetch(ctx); err != nil {
			return nil, err
		}
	}
	if len(r.page) == 0 || !wanted(&r.page[0]) {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	next := &r.page[0]
	r.page, r.taken = r.page[1:], r.taken+1
	return next, nil
}

// Taken counts the rows that were taken.
func (r *Rows[T]) Taken() uint64 { return r.taken }

func (r *Rows[T]) fetch(ctx context.Context) (err error) {
	if r.page, err = collect(ctx, r.tx, r.scan, fmt.Sprintf("FETCH %d FROM %s", r.limit, pgx.Identifier{r.name}.Sanitize())); err != nil {
		return fmt.Errorf("fsck: read %s: %w", r.name, err)
	}
	r.done = len(r.page) < r.limit
	return nil
}
