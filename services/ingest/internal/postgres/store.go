// Package postgres stores events, their journal, dead letters and the projection of the registry.
package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// Store implements ingest.Store.
type Store struct {
	owner, reader *pgxpool.Pool
}

// NewStore returns a store. owner is connected as the role that owns the schema, reader as the one under row-level
// security, with which everything is read that a member asks for.
func NewStore(owner, reader *pgxpool.Pool) *Store { return &Store{owner: owner, reader: reader} }

// KnownPassports implements ingest.Store.
func (s *Store) KnownPassports(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]eventlist.Tag, error) {
	rows, err := dbsqlc.New(s.owner).KnownPassports(ctx, ids)
	if err != nil {
		return nil, failed("read passports", err)
	}
	known := make(map[uuid.UUID]eventlist.Tag, len(rows))
	for _, r := range rows {
		known[r.ID] = eventlist.Tag(r.Tag)
	}
	return known, nil
}

// RememberPassports implements ingest.Store.
func (s *Store) RememberPassports(ctx context.Context, passports map[uuid.UUID]eventlist.Tag) error {
	return failed("remember passports", rememberPassports(ctx, s.owner, passports))
}

// RememberPassport adds one passport to the projection, in the caller's transaction.
func RememberPassport(ctx context.Context, tx pgx.Tx, id uuid.UUID, tag eventlist.Tag) error {
	return failed("remember a passport", rememberPassports(ctx, tx, map[uuid.UUID]eventlist.Tag{id: tag}))
}

// rememberPassports inserts in the order of ids, so that two batches lock in the same order.
func rememberPassports(ctx context.Context, db dbsqlc.DBTX, passports map[uuid.UUID]eventlist.Tag) error {
	rows := dbsqlc.RememberPassportsParams{Ids: slices.SortedFunc(maps.Keys(passports), compareIDs), Tags: make([][]byte, len(passports))}
	for i, id := range rows.Ids {
		tag := passports[id]
		rows.Tags[i] = tag[:]
	}
	return dbsqlc.New(db).RememberPassports(ctx, rows)
}

func compareIDs(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// ContentHashes implements ingest.Store.
func (s *Store) ContentHashes(ctx context.Context, keys []ingest.Key) (map[ingest.Key]ingest.Hash, error) {
	stored, err := contentHashes(ctx, s.owner, keys)
	return stored, failed("read content hashes", err)
}

func contentHashes(ctx context.Context, db dbsqlc.DBTX, keys []ingest.Key) (map[ingest.Key]ingest.Hash, error) {
	ask := dbsqlc.ContentHashesParams{Sources: make([]string, len(keys)), EventIds: make([]string, len(keys))}
	for i, k := range keys {
		ask.Sources[i], ask.EventIds[i] = k.Source, k.EventID
	}
	rows, err := dbsqlc.New(db).ContentHashes(ctx, ask)
	if err != nil {
		return nil, err
	}
	stored := make(map[ingest.Key]ingest.Hash, len(rows))
	for _, r := range rows {
		stored[ingest.Key{Source: r.Source, EventID: r.EventID}] = ingest.Hash(r.ContentHash)
	}
	return stored, nil
}

// Classes of SQLSTATE, see the manual's appendix A.
const (
	classDataException       = "22"
	classIntegrityConstraint = "23"
	classInsufficient        = "53"
	classLimitExceeded       = "54"
	classOperatorIntervened  = "57"
)

func sqlClass(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && len(pgErr.Code) == 5 {
		return pgErr.Code[:2]
	}
	return ""
}

// failed says what failed, and calls it unavailable when the cause is no answer of a working database.
func failed(what string, err error) error {
	switch {
	case err == nil || apperr.As(err) != nil:
		return err
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("ingest: %s: %w", what, err)
	}
	switch sqlClass(err) {
	case "", classInsufficient, classOperatorIntervened:
		return ingest.ErrDatabaseUnavailable.Wrap(fmt.Errorf("%s: %w", what, err))
	}
	return fmt.Errorf("ingest: %s: %w", what, err)
}
