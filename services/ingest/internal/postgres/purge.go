package postgres

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// PassportOfTag implements ingest.LetterPurger.
func (s *Store) PassportOfTag(ctx context.Context, tag eventlist.Tag) (passport uuid.UUID, ok bool, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) (err error) {
		passport, err = dbsqlc.New(tx).PassportOfTag(ctx, tag[:])
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, nil
	}
	return passport, err == nil, failed("find a tag", err)
}

// PurgeDeadLetters implements ingest.LetterPurger.
func (s *Store) PurgeDeadLetters(ctx context.Context, words []string) (deleted int64, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		q := dbsqlc.New(tx)
		members, err := q.PurgeDeadLetters(ctx, words)
		if err != nil {
			return err
		}
		deleted = int64(len(members))
		fewer := map[string]int64{}
		for _, m := range members {
			fewer[m]++
		}
		for _, m := range slices.Sorted(maps.Keys(fewer)) { // in the order of locks
			if _, err := q.CountDeadLetters(ctx, dbsqlc.CountDeadLettersParams{Member: m, Added: -fewer[m]}); err != nil {
				return err
			}
		}
		return nil
	})
	return deleted, failed("purge dead letters", err)
}
