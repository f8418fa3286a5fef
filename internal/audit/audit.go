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
