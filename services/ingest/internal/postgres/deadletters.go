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

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/signing"
)

const actionReplay = "ingest.ReplayDeadLetter"

// AddDeadLetters implements ingest.Store.
func (s *Store) AddDeadLetters(ctx context.Context, letters []ingest.DeadLetter) error {
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error { return insertDeadLetters(ctx, tx, letters) })
	return failed("keep dead letters", err)
}

func insertDeadLetters(ctx context.Context, tx pgx.Tx, letters []ingest.DeadLetter) error {
	members := make(map[string][]ingest.DeadLetter)
	for _, l := range letters {
		members[l.Member] = append(members[l.Member], l)
	}
	for _, member := range slices.Sorted(maps.Keys(members)) {
		if err := insertLettersOf(ctx, tx, member, members[member]); err != nil {
			return err
		}
	}
	return nil
}

// insertLettersOf keeps the letters of one member and forgets those beyond its bound.
func insertLettersOf(ctx context.Context, tx pgx.Tx, member string, letters []ingest.DeadLetter) error {
	q := dbsqlc.New(tx)
	params := letterParams(member, letters)
	added, err := q.InsertDeadLetters(ctx, params)
	if err != nil {
		return fmt.Errorf("insert dead letters: %w", err)
	}
	if added < int64(len(letters)) {
		again := dbsqlc.ReopenDeadLettersParams{Member: member, ContentHashes: params.ContentHashes, Reasons: params.Reasons}
		if err := q.ReopenDeadLetters(ctx, again); err != nil {
			return fmt.Errorf("reopen dead letters: %w", err)
		}
	}
	kept, err := q.CountDeadLetters(ctx, dbsqlc.CountDeadLettersParams{Member: member, Added: added})
	if err != nil {
		return fmt.Errorf("count dead letters: %w", err)
	}
	if kept <= ingest.MaxDeadLetters {
		return nil
	}
	forgotten, err := q.ForgetDeadLetters(ctx, dbsqlc.ForgetDeadLettersParams{Member: member, Surplus: int32(kept - ingest.MaxDeadLetters)})
	if err != nil {
		return fmt.Errorf("forget dead letters: %w", err)
	}
	if _, err := q.CountDeadLetters(ctx, dbsqlc.CountDeadLettersParams{Member: member, Added: -forgotten}); err != nil {
		return fmt.Errorf("count dead letters: %w", err)
	}
	return nil
}

func letterParams(member string, letters []ingest.DeadLetter) dbsqlc.InsertDeadLettersParams {
	// In one order, so that two transactions with the same letters cannot wait for each other.
	ordered := slices.SortedFunc(slices.Values(letters), func(a, b ingest.DeadLetter) int {
		return bytes.Compare(a.ContentHash[:], b.ContentHash[:])
	})
	p := dbsqlc.InsertDeadLettersParams{Member: member, CreatedAt: ordered[0].CreatedAt}
	kept := keptSignatures{trees: map[*ingest.Cover]signing.Tree{}}
	for i := range ordered {
		l := &ordered[i]
		p.Ids = append(p.Ids, l.ID)
		p.Positions = append(p.Positions, int32(l.Index))
		p.Sources = append(p.Sources, l.Source)
		p.EventIds = append(p.EventIds, l.EventID)
		p.Reasons = append(p.Reasons, string(l.Reason))
		p.Fields = append(p.Fields, l.Field)
		p.Details = append(p.Details, l.Detail)
		p.CloudEvents = append(p.CloudEvents, l.Bytes)
		p.ContentHashes = append(p.ContentHashes, l.ContentHash[:])
		sealed, index, beside := kept.columns(l.Signature)
		p.Statements = append(p.Statements, sealed)
		p.Indexes = append(p.Indexes, index)
		p.Besides = append(p.Besides, beside)
	}
	return p
}

// MarkReplayed implements ingest.Store.
func (s *Store) MarkReplayed(ctx context.Context, member string, id uuid.UUID) (ingest.DeadLetter, error) {
	var letter ingest.DeadLetter
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		q := dbsqlc.New(tx)
		changed, err := q.MarkReplayed(ctx, dbsqlc.MarkReplayedParams{ID: id, Member: member})
		if err != nil {
			return err
		}
		if changed > 0 {
			if err := audit.Record(ctx, tx, actionReplay, "deadLetters/"+id.String()); err != nil {
				return err
			}
		}
		row, err := q.GetDeadLetter(ctx, dbsqlc.GetDeadLetterParams{ID: id, Member: member})
		letter = toLetter(&row)
		return err
	})
	return letter, notFound(failed("mark a dead letter", err))
}

// GetDeadLetter implements ingest.TenantReader.
func (s *Store) GetDeadLetter(ctx context.Context, member string, id uuid.UUID) (ingest.DeadLetter, error) {
	var letter ingest.DeadLetter
	err := postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		row, err := dbsqlc.New(tx).GetDeadLetter(ctx, dbsqlc.GetDeadLetterParams{ID: id, Member: member})
		letter = toLetter(&row)
		return err
	})
	return letter, notFound(failed("read a dead letter", err))
}

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ingest.ErrDeadLetterNotFound
	}
	return err
}

func toLetter(row *dbsqlc.DeadLetter) ingest.DeadLetter {
	letter := ingest.DeadLetter{
		ID: row.ID, Member: row.Member,
		Rejection: ingest.Rejection{
			Index: int(row.Position), Source: row.Source, EventID: row.EventID,
			Fault: ingest.Fault{Reason: ingest.Reason(row.Reason), Field: row.Field, Detail: row.Detail},
		},
		Bytes: row.CloudEvent, Signature: keptSignature(row), CreatedAt: row.CreatedAt, ReplayedAt: row.ReplayedAt,
	}
	copy(letter.ContentHash[:], row.ContentHash)
	return letter
}
