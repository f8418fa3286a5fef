package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// Withdrawn returns the events of passports that do not count any more, because their sources took them back or a dispute over
// them was upheld, by all that the caller's transaction sees: its own clock may be behind the one that a note was accepted by.
func Withdrawn(ctx context.Context, tx pgx.Tx, passports []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	q := dbsqlc.New(tx)
	noted, err := q.NotedPassports(ctx, passports)
	if err != nil {
		return nil, fmt.Errorf("ingest: look for notes: %w", err)
	}
	out := make(map[uuid.UUID][]uuid.UUID, len(noted))
	for _, passport := range noted {
		known, err := notes(ctx, tx, passport)
		if err != nil {
			return nil, err
		}
		events, err := q.NotedEvents(ctx, passport)
		if err != nil {
			return nil, fmt.Errorf("ingest: read noted events: %w", err)
		}
		for _, r := range events {
			e := ingest.Event{
				ID: r.ID, Member: r.Member, Key: ingest.Key{Source: r.Source, EventID: r.EventID}, Passport: passport, ReceivedAt: r.ReceivedAt,
			}
			if standing := ingest.StandingOf(&e, known, endOfTime); standing.Withdrawn() {
				out[passport] = append(out[passport], e.ID)
			}
		}
	}
	return out, nil
}
