package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// errOvertaken says that another writer was first with a vehicle. Nothing is written then.
var errOvertaken = errors.New("postgres: another writer changed a vehicle")

// appraised is new events with their quality, and what they make of vehicles and reputations.
type appraised struct {
	ingest.Appraisal
	marks       []ingest.CountedMark
	reputations map[ingest.Subject]quality.Reputation
}

// appraise reads what is known, in one query for the tails of all vehicles and one for those that have to be read as a whole, and
// judges the events by it. It locks the reputations that change, in order, and no vehicle: saveVehicles finds out whether another
// writer was first.
func appraise(ctx context.Context, tx pgx.Tx, a *ingest.Appraiser, events []ingest.Event) (appraised, error) {
	if len(events) == 0 {
		return appraised{}, nil
	}
	draft, err := a.Read(events)
	if err != nil {
		return appraised{}, err
	}
	known, err := readKnown(ctx, tx, draft)
	if err != nil {
		return appraised{}, err
	}
	result := appraised{}
	if result.Appraisal, err = draft.Appraise(known); err != nil {
		return appraised{}, err
	}
	subjects := result.Subjects()
	if len(subjects) == 0 {
		return result, nil
	}
	if result.reputations, err = lockReputations(ctx, tx, subjects); err != nil {
		return appraised{}, err
	}
	result.marks = result.Count(&a.Quality, result.reputations)
	return result, nil
}

func readKnown(ctx context.Context, tx pgx.Tx, draft *ingest.Draft) (known ingest.Known, err error) {
	var unread []uuid.UUID
	if known.Vehicles, unread, err = readTails(ctx, tx, draft.Passports()); err != nil {
		return known, err
	}
	reputations, err := dbsqlc.New(tx).Reputations(ctx, draft.Members())
	if err != nil {
		return known, fmt.Errorf("read reputations: %w", err)
	}
	known.Reputations = toReputations(reputations)
	if known.Pasts, err = pasts(ctx, tx, draft, unread); err != nil {
		return known, err
	}
	rest := draft.Follow(known)
	whole, err := readVehicles(ctx, tx, rest)
	if err == nil && len(whole) != len(rest) {
		err = errOvertaken
	}
	maps.Copy(known.Vehicles, whole)
	return known, err
}

// readTails returns vehicles with their tails. Those unread are of a format that this release does not know: they have nothing but
// their revision, and have to be made anew.
func readTails(ctx context.Context, tx pgx.Tx, passports []uuid.UUID) (vehicles map[uuid.UUID]*ingest.Vehicle, unread []uuid.UUID, err error) {
	vehicles = make(map[uuid.UUID]*ingest.Vehicle, len(passports))
	if len(passports) == 0 {
		return vehicles, nil, nil
	}
	rows, err := dbsqlc.New(tx).VehicleTails(ctx, passports)
	if err != nil {
		return nil, nil, fmt.Errorf("read tails of vehicles: %w", err)
	}
	for i := range rows {
		r := &rows[i]
		v, err := decodeTail(r)
		switch {
		case errors.Is(err, errFormat):
			v, unread = &ingest.Vehicle{Passport: r.Passport, Revision: r.Revision}, append(unread, r.Passport)
		case err != nil:
			return nil, nil, err
		}
		vehicles[r.Passport] = v
	}
	return vehicles, unread, nil
}

// readVehicles returns whole vehicles.
func readVehicles(ctx context.Context, db dbsqlc.DBTX, passports []uuid.UUID) (map[uuid.UUID]*ingest.Vehicle, error) {
	if len(passports) == 0 {
		return nil, nil
	}
	rows, err := dbsqlc.New(db).Vehicles(ctx, passports)
	if err != nil {
		return nil, fmt.Errorf("read vehicles: %w", err)
	}
	vehicles := make(map[uuid.UUID]*ingest.Vehicle, len(rows))
	for i := range rows {
		if vehicles[rows[i].Passport], err = decodeVehicle(&rows[i]); err != nil {
			return nil, err
		}
	}
	return vehicles, nil
}

func lockReputations(ctx context.Context, tx pgx.Tx, subjects []ingest.Subject) (map[ingest.Subject]quality.Reputation, error) {
	begin := dbsqlc.BeginReputationsParams{}
	for _, s := range subjects {
		begin.Members, begin.DataKinds = append(begin.Members, s.Member), append(begin.DataKinds, string(s.Kind))
	}
	if err := dbsqlc.New(tx).BeginReputations(ctx, begin); err != nil {
		return nil, fmt.Errorf("begin reputations: %w", err)
	}
	rows, err := dbsqlc.New(tx).LockReputations(ctx, begin.Members)
	if err != nil {
		return nil, fmt.Errorf("lock reputations: %w", err)
	}
	return toReputations(rows), nil
}

func toReputations(rows []dbsqlc.Reputation) map[ingest.Subject]quality.Reputation {
	reputations := make(map[ingest.Subject]quality.Reputation, len(rows))
	for _, r := range rows {
		reputations[ingest.Subject{Member: r.Member, Kind: quality.Kind(r.DataKind)}] = quality.Reputation{
			Confirmations: quality.Millionths(r.Confirmations), Refutations: quality.Millionths(r.Refutations), Marks: r.Marks, Day: r.Day,
		}
	}
	return reputations
}

// save writes vehicles, reputations and marks.
func (a *appraised) save(ctx context.Context, tx pgx.Tx, now time.Time) error {
	if err := a.saveVehicles(ctx, tx); err != nil {
		return err
	}
	if err := a.saveNotes(ctx, tx); err != nil {
		return err
	}
	if len(a.marks) == 0 {
		return nil
	}
	if err := a.saveReputations(ctx, tx); err != nil {
		return err
	}
	return a.saveMarks(ctx, tx, now)
}

func (a *appraised) saveReputations(ctx context.Context, tx pgx.Tx) error {
	var rows dbsqlc.SaveReputationsParams
	for _, s := range a.Subjects() {
		r := a.reputations[s]
		rows.Members, rows.DataKinds = append(rows.Members, s.Member), append(rows.DataKinds, string(s.Kind))
		rows.Confirmations, rows.Refutations = append(rows.Confirmations, int64(r.Confirmations)), append(rows.Refutations, int64(r.Refutations))
		rows.Marks, rows.Days = append(rows.Marks, r.Marks), append(rows.Days, r.Day)
	}
	if err := dbsqlc.New(tx).SaveReputations(ctx, rows); err != nil {
		return fmt.Errorf("save reputations: %w", err)
	}
	return nil
}

func (a *appraised) saveMarks(ctx context.Context, tx pgx.Tx, now time.Time) error {
	rows := dbsqlc.InsertMarksParams{CreatedAt: now}
	for i := range a.marks {
		m := &a.marks[i]
		rows.Members, rows.DataKinds = append(rows.Members, m.Subject.Member), append(rows.DataKinds, string(m.Subject.Kind))
		rows.Numbers, rows.Outcomes = append(rows.Numbers, m.Number), append(rows.Outcomes, string(m.Outcome))
		rows.Passports, rows.Events = append(rows.Passports, m.Passport), append(rows.Events, ingest.EventOf(m.Reading.EventID))
		rows.Causes, rows.Days = append(rows.Causes, m.Cause), append(rows.Days, m.Day)
	}
	if err := dbsqlc.New(tx).InsertMarks(ctx, rows); err != nil {
		return fmt.Errorf("insert marks: %w", err)
	}
	return nil
}
