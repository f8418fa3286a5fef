// Package audit records who did what, in the transaction that does it.
package audit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/authn"
)

// Record adds a row for the caller in ctx: action is the RPC or message that acts, object the resource name acted on.
// Neither may hold personal data.
func Record(ctx context.Context, tx pgx.Tx, action, object string) error {
	subject := authn.FromContext(ctx).Subject()
	if _, err := tx.Exec(ctx, `INSERT INTO audit (subject, action, object) VALUES ($1, $2, $3)`, subject, action, object); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}
