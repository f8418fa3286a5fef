package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/postgres"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/signing"
)

// maxPageBytes bounds the events of a page, so that it fits into a gRPC message.
const maxPageBytes = 8 << 20

// ListEvents implements ingest.TenantReader.
func (s *Store) ListEvents(ctx context.Context, member string, passport, after uuid.UUID, limit int, v ingest.View) ([]ingest.JournaledEvent, bool, error) {
	accepted, occurred := v.Until()
	var rows []dbsqlc.ListEventsRow
	err := postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) (err error) {
		rows, err = dbsqlc.New(tx).ListEvents(ctx, dbsqlc.ListEventsParams{
			Member: member, Passport: passport, After: after, KnownAt: accepted, ValidAt: occurred,
			Page: int32(limit) + 1, MaxBytes: maxPageBytes,
		})
		return err
	})
	if err != nil || len(rows) == 0 {
		return nil, false, failed("list events", err)
	}
	more := rows[0].Found > int64(min(len(rows), limit))
	page := make([]ingest.JournaledEvent, min(len(rows), limit))
	for i := range page {
		if page[i], err = toEvent(&rows[i].Event, leafOf(rows[i].Key, rows[i].Leaf)); err != nil {
			return nil, false, err
		}
	}
	return page, more, nil
}

// ListDeadLetters implements ingest.TenantReader.
func (s *Store) ListDeadLetters(ctx context.Context, member string, before uuid.UUID, limit int) ([]ingest.DeadLetter, bool, error) {
	var rows []dbsqlc.ListDeadLettersRow
	err := postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) (err error) {
		rows, err = dbsqlc.New(tx).ListDeadLetters(ctx, dbsqlc.ListDeadLettersParams{
			Member: member, Before: before, Page: int32(limit) + 1, MaxBytes: maxPageBytes,
		})
		return err
	})
	if err != nil || len(rows) == 0 {
		return nil, false, failed("list dead letters", err)
	}
	more := rows[0].Found > int64(min(len(rows), limit))
	page := make([]ingest.DeadLetter, min(len(rows), limit))
	for i := range page {
		page[i] = toLetter(&rows[i].DeadLetter)
	}
	return page, more, nil
}

// Counts implements ingest.TenantReader.
func (s *Store) Counts(ctx context.Context, member string) (journaled, deadLetters int64, err error) {
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		row, err := dbsqlc.New(tx).Counts(ctx, member)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // has sent nothing yet
		}
		journaled, deadLetters = row.Journaled, row.DeadLetters
		return err
	})
	return journaled, deadLetters, failed("count", err)
}

// toEvent joins an event's row with its leaf, which holds its bytes.
func toEvent(row *dbsqlc.Event, leaf journal.Leaf) (ingest.JournaledEvent, error) {
	journaled, err := journaledIn(leaf.Frame)
	if err != nil {
		return ingest.JournaledEvent{}, fmt.Errorf("postgres: leaf of event %s: %w", row.ID, err)
	}
	e := ingest.JournaledEvent{
		Event: ingest.Event{
			ID: row.ID, Member: row.Member, Key: ingest.Key{Source: row.Source, EventID: row.EventID},
			Type: row.Type, Passport: row.Passport, OccurredAt: row.OccurredAt, ReceivedAt: row.ReceivedAt,
			Bytes: journaled.GetCloudEvent(), ContentHash: ingest.Hash(row.ContentHash), OdometerMetres: row.OdometerMetres,
			Quality: ingest.Quality{Index: int(row.Quality), Policy: row.QualityPolicy},
		},
		Position: ingest.Position{Stream: row.Stream, Sequence: uint64(row.Seq), LeafHash: leaf.Hash()},
	}
	if row.SourceSequence != nil {
		id := signing.KeyID(row.SourceKey)
		e.SignedBy, e.SourceSequence = &id, uint64(*row.SourceSequence)
	}
	return e, nil
}

// leafOf is a leaf as the journal keeps it, whose table has keys of the right length only.
func leafOf(key, frame []byte) journal.Leaf { return journal.Leaf{Key: proof.Key(key), Frame: frame} }

// journaledIn reads the event that a leaf holds.
func journaledIn(frame []byte) (*ingestv1.JournaledEvent, error) {
	leaf, err := proof.ParseFrame(frame)
	if err != nil {
		return nil, err
	}
	journaled := &ingestv1.JournaledEvent{}
	return journaled, proto.Unmarshal(leaf.Payload, journaled)
}
