// Package audit records who did what, in the transaction that does it.
package audit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/authn"
)

// Record adds a row an object for the caller in ctx: action is the RPC or message that acts, the objects are the resource
// names acted on. None may hold personal data.
func Record(ctx context.Context, tx pgx.Tx, action string, objects ...string) error {
	subject := authn.FromContext(ctx).Subject()
	if _, err := tx.Exec(ctx, `INSERT INTO audit (subject, action, object) SELECT $1, $2, unnest($3::text[])`, subject, action, objects); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Entry is one row, of whichever caller.
type Entry struct {
	Subject, Action, Object string
}

// Queue adds to a batch of statements the one that records the work of several callers, which one transaction does.
func Queue(b *pgx.Batch, entries []Entry) {
	subjects, actions, objects := make([]string, len(entries)), make([]string, len(entries)), make([]string, len(entries))
	for i, e := range entries {
		subjects[i], actions[i], objects[i] = e.Subject, e.Action, e.Object
	}
	b.Queue(`INSERT INTO audit (subject, action, object) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])`, subjects, actions, objects)
}
