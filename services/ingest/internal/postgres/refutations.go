package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/messaging"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Refuted implements ingest.Store.
func (s *Store) Refuted(ctx context.Context, passport uuid.UUID, at time.Time) (map[uuid.UUID]bool, error) {
	found, err := refuted(ctx, s.owner, passport, at)
	return found, failed("read refutations", err)
}

func refuted(ctx context.Context, db dbsqlc.DBTX, passport uuid.UUID, at time.Time) (map[uuid.UUID]bool, error) {
	ids, err := dbsqlc.New(db).RefutedEvents(ctx, dbsqlc.RefutedEventsParams{Passport: passport, KnownAt: at})
	if err != nil {
		return nil, fmt.Errorf("read refuted events: %w", err)
	}
	found := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		found[id] = true
	}
	return found, nil
}

// publishRefutations tells of the events that marks refute. Marks, notes and events of the transaction are written: what is left of
// a member's answers is asked of the tables. Refutations are rare, so that each may take a few queries.
func publishRefutations(ctx context.Context, tx pgx.Tx, marks []ingest.CountedMark, now time.Time) error {
	passports := make(map[uuid.UUID]uuid.UUID)
	members := make(map[uuid.UUID]string)
	var ids []uuid.UUID
	for i := range marks {
		if m := &marks[i]; m.Outcome == quality.Refuted {
			id := ingest.EventOf(m.Reading.EventID)
			ids, passports[id], members[id] = append(ids, id), m.Passport, m.Subject.Member
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := dbsqlc.New(tx).EventFields(ctx, ids)
	if err != nil {
		return fmt.Errorf("read refuted events: %w", err)
	}
	var messages []*ingestv1.EventRefuted
	for _, r := range rows {
		field, answers := eventlist.FieldOf(r.Type, r.OccurredAt)
		if !answers {
			continue
		}
		refutation := ingest.Refutation{Event: r.ID, Passport: passports[r.ID], Member: members[r.ID], Field: field, At: now}
		if refutation.Remaining, err = remaining(ctx, tx, &refutation, r.OccurredAt); err != nil {
			return err
		}
		messages = append(messages, wire.FromRefutation(&refutation))
	}
	return messaging.EnqueueAll(ctx, tx, messages)
}

// remaining returns how well the member of a refuted event answers its field with events that neither were refuted nor withdrawn.
func remaining(ctx context.Context, tx pgx.Tx, r *ingest.Refutation, occurred time.Time) ([]ingest.Answer, error) {
	worthless, err := refuted(ctx, tx, r.Passport, endOfTime)
	if err != nil {
		return nil, err
	}
	withdrawn, err := Withdrawn(ctx, tx, []uuid.UUID{r.Passport})
	if err != nil {
		return nil, err
	}
	for _, id := range withdrawn[r.Passport] {
		worthless[id] = true
	}
	month := time.Date(occurred.UTC().Year(), occurred.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	rows, err := dbsqlc.New(tx).MemberAnswers(ctx, dbsqlc.MemberAnswersParams{
		Passport: r.Passport, Member: r.Member, Since: month, Until: month.AddDate(0, 1, 0), Most: ingest.MaxReportEvents,
	})
	if err != nil {
		return nil, fmt.Errorf("read a member's answers: %w", err)
	}
	var answers []ingest.Answer
	for _, row := range rows {
		if field, ok := eventlist.FieldOf(row.Type, row.OccurredAt); ok && field == r.Field && !worthless[row.ID] {
			answers = append(answers, ingest.Answer{From: row.ReceivedAt, Quality: int(row.Quality)})
		}
	}
	return ingest.Rising(answers), nil
}
