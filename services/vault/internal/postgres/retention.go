package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

// DoomFormerHolders implements vault.RetentionStore.
func (s *Store) DoomFormerHolders(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.count(ctx, "doom former holders", func(q *dbsqlc.Queries) (int64, error) {
		return q.DoomFormerHolders(ctx, dbsqlc.DoomFormerHoldersParams{Before: before, Page: page(limit)})
	})
}

// DoomEndedConsents implements vault.RetentionStore.
func (s *Store) DoomEndedConsents(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.count(ctx, "doom ended consents", func(q *dbsqlc.Queries) (int64, error) {
		return q.DoomEndedConsents(ctx, dbsqlc.DoomEndedConsentsParams{Before: before, Page: page(limit)})
	})
}

// DeleteOldRequests implements vault.RetentionStore.
func (s *Store) DeleteOldRequests(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.count(ctx, "delete old requests", func(q *dbsqlc.Queries) (int64, error) {
		return q.DeleteOldRequests(ctx, dbsqlc.DeleteOldRequestsParams{Before: before, Page: page(limit)})
	})
}

// ShredKeysAfter implements vault.RetentionStore.
func (s *Store) ShredKeysAfter(ctx context.Context, after vault.ShredKey, limit int) (keys []vault.ShredKey, err error) {
	_, err = s.count(ctx, "list keys", func(q *dbsqlc.Queries) (n int64, err error) {
		keys, err = q.ShredKeysAfter(ctx, dbsqlc.ShredKeysAfterParams{After: after, Page: page(limit)})
		return 0, err
	})
	return keys, err
}

// DeleteShredded implements vault.RetentionStore.
func (s *Store) DeleteShredded(ctx context.Context, keys []vault.ShredKey) (int64, error) {
	return s.count(ctx, "delete shredded rows", func(q *dbsqlc.Queries) (total int64, err error) {
		for _, remove := range []func(context.Context, []vault.ShredKey) (int64, error){
			q.DeleteShreddedIdentities, q.DeleteShreddedHolders, q.DeleteShreddedClassKeys, q.DeleteShreddedConsents,
		} {
			n, err := remove(ctx, keys)
			if err != nil {
				return 0, err
			}
			total += n
		}
		return total, nil
	})
}

// OverdueRequests implements vault.RetentionStore.
func (s *Store) OverdueRequests(ctx context.Context, now time.Time) (int64, error) {
	return s.count(ctx, "count overdue requests", func(q *dbsqlc.Queries) (int64, error) { return q.CountOverdueRequests(ctx, now) })
}

// count runs f in a transaction.
func (s *Store) count(ctx context.Context, what string, f func(*dbsqlc.Queries) (int64, error)) (n int64, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) (err error) {
		n, err = f(dbsqlc.New(tx))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("vault: %s: %w", what, err)
	}
	return n, nil
}
