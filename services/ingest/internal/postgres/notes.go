package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

const (
	// maxPastEvents bounds the events that a vehicle is made anew from, about 300 bytes each; they are the newest.
	maxPastEvents = 50_000
	// maxPasts bounds the histories that one transaction reads again, a few queries each.
	maxPasts = 256
)

// errManyPasts makes the writer halve its events until each part is about few enough passports; one event is about one.
var errManyPasts = errors.New("postgres: too many passports at once whose history has to be read again")

// pasts reads the history of the passports about whose events something is said, by the new events or before those came, and of
// those whose state could not be read.
func pasts(ctx context.Context, tx pgx.Tx, draft *ingest.Draft, unread []uuid.UUID) (map[uuid.UUID]*ingest.Past, error) {
	keys, about := draft.Correctable()
	ask := dbsqlc.CorrectedBeforeParams{Sources: make([]string, len(keys)), EventIds: make([]string, len(keys)), Passports: about}
	for i, k := range keys {
		ask.Sources[i], ask.EventIds[i] = k.Source, k.EventID
	}
	passports, err := dbsqlc.New(tx).CorrectedBefore(ctx, ask)
	if err != nil {
		return nil, fmt.Errorf("read corrections: %w", err)
	}
	found := make(map[uuid.UUID]*ingest.Past)
	for _, passport := range slices.Concat(passports, draft.Noted(), unread) {
		found[passport] = nil
	}
	if len(found) > maxPasts {
		return nil, &ingest.PoisonError{Cause: errManyPasts}
	}
	for passport := range found {
		if found[passport], err = past(ctx, tx, passport); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func past(ctx context.Context, tx pgx.Tx, passport uuid.UUID) (*ingest.Past, error) {
	p := &ingest.Past{Marks: map[uuid.UUID]map[quality.Outcome]int64{}}
	var err error
	if p.Events, err = history(ctx, tx, dbsqlc.PassportLeavesParams{Passport: passport, AsOf: endOfTime, Most: maxPastEvents}); err != nil {
		return nil, err
	}
	if p.Notes, err = notes(ctx, tx, passport); err != nil {
		return nil, err
	}
	marks, err := dbsqlc.New(tx).PassportMarks(ctx, passport)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	for _, m := range marks {
		if p.Marks[m.Event] == nil {
			p.Marks[m.Event] = map[quality.Outcome]int64{}
		}
		p.Marks[m.Event][quality.Outcome(m.Outcome)] = m.Day
	}
	return p, nil
}

// Notes implements ingest.Store.
func (s *Store) Notes(ctx context.Context, passport uuid.UUID) ([]ingest.Note, error) {
	found, err := notes(ctx, s.owner, passport)
	return found, failed("read notes", err)
}

func notes(ctx context.Context, db dbsqlc.DBTX, passport uuid.UUID) ([]ingest.Note, error) {
	rows, err := dbsqlc.New(db).PassportNotes(ctx, dbsqlc.PassportNotesParams{Passport: passport, Most: ingest.MaxNotes, MostDisputes: ingest.MaxDisputes})
	if err != nil {
		return nil, err
	}
	found := make([]ingest.Note, len(rows))
	for i, r := range rows {
		found[i] = ingest.Note{
			Event: r.Event, Passport: r.Passport, Member: r.Member, Source: r.Source, Class: ingest.Class(r.MemberClass),
			Kind: ingest.NoteKind(r.Kind), Target: r.Target, Statement: r.Statement, Upheld: r.Upheld, NotedAt: r.NotedAt,
		}
		if found[i].Evidence, err = decodeEvidence(r.Evidence); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (a *appraised) saveNotes(ctx context.Context, tx pgx.Tx) error {
	if len(a.Notes) == 0 {
		return nil
	}
	var rows dbsqlc.InsertNotesParams
	for _, n := range a.Notes {
		evidence, err := encodeEvidence(n.Evidence)
		if err != nil {
			return err
		}
		statement := strings.ReplaceAll(n.Statement, "\x00", "\uFFFD") // PostgreSQL does not store NUL
		rows.Classes, rows.Statements = append(rows.Classes, string(n.Class)), append(rows.Statements, statement)
		rows.Evidence = append(rows.Evidence, evidence)
		rows.Events, rows.Passports, rows.Members = append(rows.Events, n.Event), append(rows.Passports, n.Passport), append(rows.Members, n.Member)
		rows.Sources, rows.Kinds, rows.Targets = append(rows.Sources, n.Source), append(rows.Kinds, string(n.Kind)), append(rows.Targets, n.Target)
		rows.Upheld, rows.NotedAt = append(rows.Upheld, n.Upheld), append(rows.NotedAt, n.NotedAt)
	}
	if err := dbsqlc.New(tx).InsertNotes(ctx, rows); err != nil {
		return fmt.Errorf("insert notes: %w", err)
	}
	return nil
}
