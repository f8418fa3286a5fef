package postgres

import (
	"context"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
)

// AddPassports opens the passports of vehicles that have none, by handle and tag, in one statement, and their first ownership periods. All
// of passports come from one request: who enrolls, when and in which state is the same.
func (t Tx) AddPassports(ctx context.Context, passports []registry.NewPassport) ([]registry.Passport, error) {
	if len(passports) == 0 {
		return nil, nil
	}
	one := passports[0]
	params := dbsqlc.AddPassportsParams{LifeCycle: string(one.LifeCycle), EnrolledBy: one.EnrolledBy, CreatedAt: one.CreateTime}
	for _, p := range passports {
		s := p.Specification
		params.Vehicles = append(params.Vehicles, p.Vehicle)
		params.Tags = append(params.Tags, p.Tag[:])
		params.Makes = append(params.Makes, s.Make)
		params.Models = append(params.Models, s.Model)
		params.Variants = append(params.Variants, s.Variant)
		params.FirstDates = append(params.FirstDates, s.FirstDate)
		params.Colours = append(params.Colours, s.Colour)
		params.Energies = append(params.Energies, s.Energy)
		params.PowersWatts = append(params.PowersWatts, s.PowerWatts)
	}
	rows, err := t.q.AddPassports(ctx, params)
	if err != nil {
		return nil, failed(err, "add passports")
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	err = t.q.AddFirstPeriods(ctx, dbsqlc.AddFirstPeriodsParams{Passports: ids, StartedAt: one.CreateTime})
	return toPassports(rows), failed(err, "start ownership periods")
}

// PassportsOf returns the passports of vehicles.
func (t Tx) PassportsOf(ctx context.Context, vehicles []string) ([]registry.Passport, error) {
	rows, err := t.q.PassportsOf(ctx, vehicles)
	return toPassports(rows), failed(err, "read passports of vehicles")
}

// PassportsTagged returns the passports of vehicles with the given tags.
func (t Tx) PassportsTagged(ctx context.Context, tags []eventlist.Tag) ([]registry.Passport, error) {
	values := make([][]byte, len(tags))
	for i := range tags {
		values[i] = tags[i][:]
	}
	rows, err := t.q.PassportsTagged(ctx, values)
	return toPassports(rows), failed(err, "read passports of tags")
}

// LockPassport returns a passport and keeps others from changing it.
func (t Tx) LockPassport(ctx context.Context, id string) (registry.Passport, error) {
	row, err := t.q.LockPassport(ctx, id)
	return toPassport(row), orNotFound(err, registry.ErrPassportNotFound, "lock the passport")
}

// SaveRevision stores the passport's next revision.
func (t Tx) SaveRevision(ctx context.Context, p registry.Passport, by string) error {
	err := t.q.SaveRevision(ctx, dbsqlc.SaveRevisionParams{
		ID: p.ID, Revision: p.Revision, LifeCycle: string(p.LifeCycle), UpdatedBy: by, UpdatedAt: p.UpdateTime,
		OwnershipPeriods: int32(p.OwnershipPeriods), //nolint:gosec // counts holders
	})
	return failed(err, "save the passport")
}

// AddTransition keeps a step of the passport's life cycle.
func (t Tx) AddTransition(ctx context.Context, passport string, s registry.Transition) error {
	err := t.q.AddTransition(ctx, dbsqlc.AddTransitionParams{
		Passport: passport, Revision: s.Revision, FromState: string(s.From), ToState: string(s.To),
		Member: s.Member, Reason: s.Reason, CreatedAt: s.Time,
	})
	return failed(err, "add the transition")
}

// Passport returns a passport, or registry.ErrPassportNotFound.
func (s *Store) Passport(ctx context.Context, id string) (registry.Passport, error) {
	row, err := s.q.Passport(ctx, id)
	return toPassport(row), orNotFound(err, registry.ErrPassportNotFound, "read the passport")
}

// PassportOf returns the passport of a vehicle, or registry.ErrPassportNotFound.
func (s *Store) PassportOf(ctx context.Context, vehicle string) (registry.Passport, error) {
	rows, err := s.q.PassportsOf(ctx, []string{vehicle})
	if err != nil {
		return registry.Passport{}, failed(err, "read the passport of a vehicle")
	}
	if len(rows) == 0 {
		return registry.Passport{}, registry.ErrPassportNotFound
	}
	return toPassport(rows[0]), nil
}

// Passports returns at most limit passports that a member enrolled, after the given one, oldest first. The zero key
// begins at the first.
func (s *Store) Passports(ctx context.Context, member string, after registry.PassportKey, limit int) ([]registry.Passport, error) {
	if after.ID == "" {
		after.ID = uuid.Nil.String()
	}
	rows, err := s.q.PassportsByMember(ctx, dbsqlc.PassportsByMemberParams{
		Member: member, AfterTime: after.CreateTime, AfterID: after.ID, MaxRows: rowLimit(limit),
	})
	return toPassports(rows), failed(err, "list passports")
}

// Resolve returns those of the passports that exist, in no order.
func (s *Store) Resolve(ctx context.Context, ids []string) ([]registry.Passport, error) {
	rows, err := s.q.PassportsByID(ctx, ids)
	return toPassports(rows), failed(err, "resolve passports")
}

// Ownership returns a passport's present ownership period, or registry.ErrPassportNotFound.
func (s *Store) Ownership(ctx context.Context, passport string) (registry.Ownership, error) {
	row, err := s.q.Ownership(ctx, passport)
	return registry.Ownership{Vehicle: row.Vehicle, Period: int(row.OwnershipPeriods), Steward: row.Steward},
		orNotFound(err, registry.ErrPassportNotFound, "look up an ownership period")
}

// Transitions returns at most limit steps of a life cycle after the given revision, oldest first.
func (s *Store) Transitions(ctx context.Context, passport string, after int64, limit int) ([]registry.Transition, error) {
	rows, err := s.q.Transitions(ctx, dbsqlc.TransitionsParams{Passport: passport, After: after, MaxRows: rowLimit(limit)})
	out := make([]registry.Transition, len(rows))
	for i, r := range rows {
		out[i] = registry.Transition{
			From: registry.LifeCycle(r.FromState), To: registry.LifeCycle(r.ToState), Member: r.Member,
			Reason: r.Reason, Time: r.CreatedAt, Revision: r.Revision,
		}
	}
	return out, failed(err, "list transitions")
}

func toPassports(rows []dbsqlc.Passport) []registry.Passport {
	out := make([]registry.Passport, len(rows))
	for i, r := range rows {
		out[i] = toPassport(r)
	}
	return out
}

// toPassport also takes the zero row of a query that found none, which has no tag.
func toPassport(r dbsqlc.Passport) registry.Passport {
	var tag eventlist.Tag
	copy(tag[:], r.Tag)
	return registry.Passport{
		ID: r.ID, Vehicle: r.Vehicle, Tag: tag, Revision: r.Revision, LifeCycle: registry.LifeCycle(r.LifeCycle),
		Specification: registry.Specification{
			Make: r.Make, Model: r.Model, Variant: r.Variant, FirstDate: r.FirstDate,
			Colour: r.Colour, Energy: r.Energy, PowerWatts: r.PowerWatts,
		},
		EnrolledBy: r.EnrolledBy, CreateTime: r.CreatedAt, UpdateTime: r.UpdatedAt, OwnershipPeriods: int(r.OwnershipPeriods),
	}
}

// rowLimit is a page's limit as SQL takes it; callers bound pages far below what an int32 holds.
func rowLimit(limit int) int32 { return int32(limit) } //nolint:gosec // see above
