package alerting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// maxJudged bounds the events of a passport in which a mark looks for uses that came before it: the newest ones.
const maxJudged = 100_000

// noEnd stands for the end of a watch that has none.
var noEnd = time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)

// Publish tells of an alert in the transaction of its change.
type Publish func(ctx context.Context, tx pgx.Tx, a ingest.Alert, recipients []string) error

// Keeper keeps the alerts. It is safe for concurrent use.
type Keeper struct {
	Policy alert.Policy
	// Odometer is the policy of the verdicts.
	Odometer adjudication.Policy
	Publish  Publish
	// Recalled tells of passports that a recall of the registry was found to cover, in the transaction that keeps it. It may be
	// told of the same again.
	Recalled func(ctx context.Context, tx pgx.Tx, recall ingest.Recall, passports []uuid.UUID) error
	// Now is the clock.
	Now func() time.Time
}

// Learn takes facts in and makes the alerts what they should be then. It takes the lock of the alerts to the end of tx.
func (k *Keeper) Learn(ctx context.Context, tx pgx.Tx, facts []Fact) error {
	q := dbsqlc.New(tx)
	if err := q.LockAlerts(ctx); err != nil {
		return fmt.Errorf("alerting: lock: %w", err)
	}
	recalls, err := addParts(ctx, q, facts)
	if err != nil {
		return err
	}
	facts = slices.Concat(facts, recalls)
	if err := k.tellRecalled(ctx, tx, facts); err != nil {
		return err
	}
	changed, err := addMarks(ctx, q, facts)
	if err != nil {
		return err
	}
	for _, f := range facts {
		if alert.Withdraws(f.Type) {
			changed[f.Passport] = true
		}
	}
	known, err := k.knowledge(ctx, tx, inOrder(facts))
	if err != nil {
		return err
	}
	uses, err := k.uses(ctx, q, facts, known)
	if err != nil {
		return err
	}
	for _, passport := range inOrder(facts) {
		vehicle, ok := known[passport]
		if !ok {
			continue
		}
		given, err := k.judge(ctx, q, vehicle, changed[passport], uses[passport])
		if err != nil {
			return err
		}
		for _, change := range []alert.Change{
			alert.Reconcile(given, vehicle.kept, changed[passport]), alert.JudgeVerdict(vehicle.odometer, vehicle.kept),
		} {
			if err := k.apply(ctx, tx, vehicle, change); err != nil {
				return err
			}
		}
	}
	return nil
}

// vehicle is what is known of one that is not ordinary: it has marks, alerts, or a rollback.
type vehicle struct {
	passport uuid.UUID
	marks    []alert.Mark
	watches  []alert.Watch
	kept     []alert.Raised
	odometer alert.Verdict
	// withdrawn are the events that do not count any more.
	withdrawn []uuid.UUID
}

// knowledge reads what is known of passports, without those that are ordinary.
func (k *Keeper) knowledge(ctx context.Context, tx pgx.Tx, passports []uuid.UUID) (map[uuid.UUID]*vehicle, error) {
	q := dbsqlc.New(tx)
	known := make(map[uuid.UUID]*vehicle)
	of := func(passport uuid.UUID) *vehicle {
		if known[passport] == nil {
			known[passport] = &vehicle{passport: passport}
		}
		return known[passport]
	}
	marks, err := q.MarksOf(ctx, passports)
	if err != nil {
		return nil, fmt.Errorf("alerting: read marks: %w", err)
	}
	for _, r := range marks {
		v := of(r.Passport)
		v.marks = append(v.marks, alert.Mark{
			Kind: alert.MarkKind(r.Kind), Name: r.Name, At: r.OccurredAt, Campaign: r.Campaign,
		})
	}
	kept, err := q.AlertsOfPassports(ctx, passports)
	if err != nil {
		return nil, fmt.Errorf("alerting: read alerts: %w", err)
	}
	for _, r := range kept {
		v := of(r.Passport)
		v.kept = append(v.kept, alert.Raised{Kind: alert.Kind(r.Kind), Cause: r.Cause, Open: r.Open})
	}
	verdicts, err := postgres.Rollbacks(ctx, tx, k.Odometer, passports)
	if err != nil {
		return nil, err
	}
	for passport, verdict := range verdicts {
		of(passport).odometer = verdict
	}
	withdrawn, err := postgres.Withdrawn(ctx, tx, passports)
	if err != nil {
		return nil, err
	}
	for passport, v := range known {
		v.withdrawn = withdrawn[passport]
		v.marks = slices.DeleteFunc(v.marks, func(m alert.Mark) bool { return v.isWithdrawn(m.Name) })
		v.watches = k.Policy.Watches(v.marks)
	}
	return known, nil
}

func (v *vehicle) isWithdrawn(event string) bool {
	return slices.ContainsFunc(v.withdrawn, func(id uuid.UUID) bool { return ingest.EventName(v.passport, id) == event })
}

// judge returns the alerts that there should be: all of them when marks are new, otherwise those that the new uses give.
func (k *Keeper) judge(ctx context.Context, q *dbsqlc.Queries, v *vehicle, marksAreNew bool, uses []alert.Use) ([]alert.Alert, error) {
	if !marksAreNew {
		return sightings(v.watches, uses), nil
	}
	given := k.Policy.Standing(v.marks)
	for _, w := range v.watches {
		u, err := firstUse(ctx, q, v, w)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("alerting: look for uses: %w", err)
		}
		given = append(given, w.Raise(u))
	}
	return given, nil
}

func sightings(watches []alert.Watch, uses []alert.Use) (given []alert.Alert) {
	for _, w := range watches {
		for _, u := range uses {
			if w.Sees(u) {
				given = append(given, w.Raise(u))
				break
			}
		}
	}
	return given
}

func firstUse(ctx context.Context, q *dbsqlc.Queries, v *vehicle, w alert.Watch) (alert.Use, error) {
	until := w.Until
	if until.IsZero() {
		until = noEnd
	}
	row, err := q.FirstUse(ctx, dbsqlc.FirstUseParams{
		Passport: v.passport, Most: maxJudged, Withdrawn: v.withdrawn, Types: w.Uses, Since: w.From, Until: until,
	})
	return alert.Use{Event: ingest.EventName(v.passport, row.ID), Type: row.Type, At: row.OccurredAt}, err
}

// apply writes what changes, and tells of it.
func (k *Keeper) apply(ctx context.Context, tx pgx.Tx, v *vehicle, c alert.Change) error {
	for _, a := range c.Raise {
		if err := k.raise(ctx, tx, v.passport, a); err != nil {
			return err
		}
	}
	now := k.now()
	for _, r := range c.Explain {
		if err := k.set(ctx, tx, v.passport, r, &now); err != nil {
			return err
		}
	}
	for _, r := range c.Reopen {
		if err := k.set(ctx, tx, v.passport, r, nil); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) raise(ctx context.Context, tx pgx.Tx, passport uuid.UUID, a alert.Alert) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("alerting: %w", err)
	}
	q := dbsqlc.New(tx)
	row, err := q.InsertAlert(ctx, dbsqlc.InsertAlertParams{
		ID: id, Passport: passport, Kind: string(a.Kind), Cause: a.Cause().Name, CauseAt: a.Cause().At,
		Evidence: a.Evidence, EvidenceAt: a.EvidenceAt, Campaign: a.Cause().Campaign, Policy: k.Policy.Version, RaisedAt: k.now(),
	})
	if err != nil {
		return fmt.Errorf("alerting: raise: %w", err)
	}
	recipients, err := q.AddRecipients(ctx, dbsqlc.AddRecipientsParams{Alert: id, Passport: passport, Most: ingest.MaxRecipients})
	if err != nil {
		return fmt.Errorf("alerting: recipients: %w", err)
	}
	return k.Publish(ctx, tx, postgres.ToAlert(row), recipients)
}

// set explains an alert, or opens it again when explainedAt is nil.
func (k *Keeper) set(ctx context.Context, tx pgx.Tx, passport uuid.UUID, r alert.Raised, explainedAt *time.Time) error {
	q := dbsqlc.New(tx)
	row, err := q.ChangeAlert(ctx, dbsqlc.ChangeAlertParams{
		ExplainedAt: explainedAt, Passport: passport, Kind: string(r.Kind), Cause: r.Cause,
	})
	if err != nil {
		return fmt.Errorf("alerting: change: %w", err)
	}
	recipients, err := q.Recipients(ctx, row.ID)
	if err != nil {
		return fmt.Errorf("alerting: recipients: %w", err)
	}
	return k.Publish(ctx, tx, postgres.ToAlert(row), recipients)
}

func (k *Keeper) now() time.Time { return k.Now().UTC().Truncate(clockStep) }
