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
	entries := make([]Entry, len(objects))
	for i, o := range objects {
		entries[i] = Entry{Subject: subject, Action: action, Object: o}
	}
	return RecordAll(ctx, tx, entries)
}

// Entry is one row, of whichever caller.
type Entry struct {
	Subject, Action, Object string
}

// RecordAll adds rows of several callers, whose work one transaction does.
func RecordAll(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	subjects, actions, objects := make([]string, len(entries)), make([]string, len(entries)), make([]string, len(entries))
	for i, e := range entries {
		subjects[i], actions[i], objects[i] = e.Subject, e.Action, e.Object
	}
	const insert = `INSERT INTO audit (subject, action, object) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])`
	if _, err := tx.Exec(ctx, insert, subjects, actions, objects); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}
