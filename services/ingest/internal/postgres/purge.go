package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"

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
	deleted, err = s.deleteLetters(ctx, func(q *dbsqlc.Queries) ([]string, error) { return q.PurgeDeadLetters(ctx, words) })
	return deleted, failed("purge dead letters", err)
}

// DeleteOldDeadLetters implements ingest.LetterPurger.
func (s *Store) DeleteOldDeadLetters(ctx context.Context, before time.Time, limit int) (int64, error) {
	deleted, err := s.deleteLetters(ctx, func(q *dbsqlc.Queries) ([]string, error) {
		return q.DeleteOldDeadLetters(ctx, dbsqlc.DeleteOldDeadLettersParams{Before: firstIDAt(before), Page: int32(limit)}) //nolint:gosec // a page
	})
	return deleted, failed("delete old dead letters", err)
}

// firstIDAt is the lowest id of version 7 at a time: its milliseconds, and zeros.
func firstIDAt(t time.Time) (id uuid.UUID) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(t.UnixMilli())) //nolint:gosec // after 1970
	copy(id[:6], ms[2:])
	return id
}

// deleteLetters deletes letters, of which it gets the members, and counts them.
func (s *Store) deleteLetters(ctx context.Context, remove func(*dbsqlc.Queries) ([]string, error)) (deleted int64, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		q := dbsqlc.New(tx)
		members, err := remove(q)
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
	return deleted, err
}
