package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// endOfTime is after everything that was ever accepted.
var endOfTime = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// Vehicle implements ingest.Store.
func (s *Store) Vehicle(ctx context.Context, passport uuid.UUID) (*ingest.Vehicle, error) {
	vehicles, err := readVehicles(ctx, s.owner, []uuid.UUID{passport})
	if errors.Is(err, errFormat) {
		return nil, nil //nolint:nilnil // until the writer makes it anew, with the vehicle's next event
	}
	if errors.Is(err, errState) {
		return nil, err
	}
	return vehicles[passport], failed("read a vehicle", err)
}

// Reputation implements ingest.Store.
func (s *Store) Reputation(ctx context.Context, subject ingest.Subject) (quality.Reputation, error) {
	rows, err := dbsqlc.New(s.owner).Reputations(ctx, []string{subject.Member})
	if err != nil {
		return quality.Reputation{}, failed("read a reputation", err)
	}
	return toReputations(rows)[subject], nil
}

// RecentMarks implements ingest.TenantReader.
func (s *Store) RecentMarks(ctx context.Context, subject ingest.Subject, most int) (marks []ingest.RecentMark, err error) {
	err = postgres.InTenantTx(ctx, s.reader, subject.Member, func(tx pgx.Tx) error {
		rows, err := dbsqlc.New(tx).RecentMarks(ctx, dbsqlc.RecentMarksParams{Member: subject.Member, DataKind: string(subject.Kind), Most: int32(most)})
		for _, r := range rows {
			marks = append(marks, ingest.RecentMark{
				Event: r.Event, Passport: r.Passport, Outcome: quality.Outcome(r.Outcome), CreatedAt: r.CreatedAt,
			})
		}
		return err
	})
	return marks, failed("read marks", err)
}

// Event implements ingest.TenantReader.
func (s *Store) Event(ctx context.Context, member string, passport, id uuid.UUID) (e ingest.Event, err error) {
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		row, err := dbsqlc.New(tx).GetEvent(ctx, dbsqlc.GetEventParams{Passport: passport, ID: id, Member: member})
		if errors.Is(err, pgx.ErrNoRows) {
			return ingest.ErrEventNotFound
		}
		if err != nil {
			return err
		}
		e, err = fromLeaf(row)
		return err
	})
	return e, failed("read an event", err)
}

// History implements ingest.JournalReader.
func (s *Store) History(ctx context.Context, passport uuid.UUID, asOf time.Time) ([]ingest.Event, error) {
	if err := s.checkReportSize(ctx, passport); err != nil {
		return nil, err
	}
	return history(ctx, s.owner, dbsqlc.PassportLeavesParams{Passport: passport, AsOf: asOf, Most: ingest.MaxReportEvents})
}

// OwnHistory implements ingest.TenantReader. A passport that is too large for a report is so for the verdict of one member.
func (s *Store) OwnHistory(ctx context.Context, member string, passport uuid.UUID) (events []ingest.Event, err error) {
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		size, err := dbsqlc.New(tx).MeasurePassport(ctx, passport)
		if err != nil {
			return err
		}
		if size.Events > ingest.MaxReportEvents || size.Bytes > ingest.MaxReportBytes {
			return ingest.ErrReportTooLarge
		}
		events, err = history(ctx, tx, dbsqlc.PassportLeavesParams{
			Passport: passport, Member: member, AsOf: endOfTime, Most: ingest.MaxReportEvents,
		})
		return err
	})
	return events, failed("read a member's history", err)
}

func history(ctx context.Context, db dbsqlc.DBTX, p dbsqlc.PassportLeavesParams) ([]ingest.Event, error) {
	rows, err := dbsqlc.New(db).PassportLeaves(ctx, p)
	if err != nil {
		return nil, failed("read a passport's leaves", err)
	}
	events := make([]ingest.Event, len(rows))
	for i, r := range rows {
		if events[i], err = fromLeaf(dbsqlc.GetEventRow(r)); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// fromLeaf reads an event from its leaf. It has no content hash and no signature.
func fromLeaf(row dbsqlc.GetEventRow) (ingest.Event, error) {
	journaled, err := journaledIn(row.Leaf)
	if err != nil {
		return ingest.Event{}, fmt.Errorf("postgres: leaf of event %s: %w", row.ID, err)
	}
	return ingest.Event{
		ID: row.ID, Key: ingest.Key{Source: row.Source, EventID: row.EventID}, Member: strings.TrimPrefix(journaled.GetMember(), "members/"), Type: row.Type, Passport: row.Passport,
		OccurredAt: row.OccurredAt.UTC(), ReceivedAt: journaled.GetReceiveTime().AsTime(),
		Bytes: journaled.GetCloudEvent(), OdometerMetres: journaled.OdometerMetres, Quality: wire.ToQuality(journaled.GetQuality()),
	}, nil
}

// Leaves implements ingest.TenantReader.
func (s *Store) Leaves(ctx context.Context, member string, first uint64, limit int) (page []ingest.Leaf, more bool, err error) {
	if first > math.MaxInt64 {
		return nil, false, nil
	}
	stream := ingest.StreamOf(member)
	var rows []dbsqlc.ListLeavesRow
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) (err error) {
		rows, err = dbsqlc.New(tx).ListLeaves(ctx, dbsqlc.ListLeavesParams{
			Stream: stream, First: int64(first), Page: int32(limit) + 1, MaxBytes: maxPageBytes,
		})
		return err
	})
	if err != nil || len(rows) == 0 {
		return nil, false, failed("list leaves", err)
	}
	page = make([]ingest.Leaf, min(len(rows), limit))
	for i := range page {
		leaf := leafOf(rows[i].Key, rows[i].Leaf)
		page[i] = ingest.Leaf{
			Position: ingest.Position{Stream: stream, Sequence: uint64(rows[i].Seq), LeafHash: leaf.Hash()},
			ListKey:  leaf.Key, Frame: leaf.Frame,
		}
	}
	return page, rows[0].Found > int64(len(page)), nil
}
