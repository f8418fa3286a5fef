package alerting

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// inOrder returns the passports of facts, each once, in the order in which they occur.
func inOrder(facts []Fact) []uuid.UUID {
	seen := make(map[uuid.UUID]bool, len(facts))
	var out []uuid.UUID
	for _, f := range facts {
		if !seen[f.Passport] {
			seen[f.Passport], out = true, append(out, f.Passport)
		}
	}
	return out
}

// addMarks stores the facts that are marks and returns the passports that have new ones.
func addMarks(ctx context.Context, q *dbsqlc.Queries, facts []Fact) (map[uuid.UUID]bool, error) {
	marks := slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return f.Mark == "" })
	changed := make(map[uuid.UUID]bool)
	if len(marks) == 0 {
		return changed, nil
	}
	names, err := namesOf(ctx, q, marks)
	if err != nil {
		return nil, err
	}
	var rows dbsqlc.AddMarksParams
	for i, f := range marks {
		rows.Passports, rows.Names = append(rows.Passports, f.Passport), append(rows.Names, names[i])
		rows.Kinds, rows.Times = append(rows.Kinds, string(f.Mark)), append(rows.Times, f.At)
		rows.Campaigns = append(rows.Campaigns, f.Campaign)
	}
	added, err := q.AddMarks(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("alerting: add marks: %w", err)
	}
	for _, passport := range added {
		changed[passport] = true
	}
	return changed, nil
}

// uses returns the facts that are uses, by passport, of vehicles that are watched: of all others none is alarming.
func (k *Keeper) uses(ctx context.Context, q *dbsqlc.Queries, facts []Fact, known map[uuid.UUID]*vehicle) (map[uuid.UUID][]alert.Use, error) {
	watched := slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool {
		v := known[f.Passport]
		return f.Name != "" || v == nil || !slices.ContainsFunc(v.watches, func(w alert.Watch) bool {
			return w.Sees(alert.Use{Type: f.Type, At: f.At})
		})
	})
	names, err := namesOf(ctx, q, watched)
	if err != nil {
		return nil, err
	}
	uses := make(map[uuid.UUID][]alert.Use)
	for i, f := range watched {
		if known[f.Passport].isWithdrawn(names[i]) {
			continue
		}
		uses[f.Passport] = append(uses[f.Passport], alert.Use{Event: names[i], Type: f.Type, At: f.At})
	}
	return uses, nil
}

// tellRecalled has the facts that are recalls of the registry journaled as events of their members.
func (k *Keeper) tellRecalled(ctx context.Context, tx pgx.Tx, facts []Fact) error {
	passports := make(map[string][]uuid.UUID) // by the recall's name
	var recalls []ingest.Recall               // in the order in which they occur
	for _, f := range facts {
		if f.Recall == nil || f.Recall.Member == "" {
			continue
		}
		if passports[f.Name] == nil {
			recalls = append(recalls, *f.Recall)
		}
		passports[f.Name] = append(passports[f.Name], f.Passport)
	}
	for _, recall := range recalls {
		if err := k.Recalled(ctx, tx, recall, passports[recall.Name]); err != nil {
			return err
		}
	}
	return nil
}

// namesOf returns the names of facts, which for events are found by their keys.
func namesOf(ctx context.Context, q *dbsqlc.Queries, facts []Fact) ([]string, error) {
	var ask dbsqlc.EventIDsParams
	for _, f := range facts {
		if f.Name == "" {
			ask.Sources, ask.EventIds = append(ask.Sources, f.Key.Source), append(ask.EventIds, f.Key.EventID)
		}
	}
	ids := make(map[ingest.Key]uuid.UUID, len(ask.Sources))
	if len(ask.Sources) > 0 {
		rows, err := q.EventIDs(ctx, ask)
		if err != nil {
			return nil, fmt.Errorf("alerting: find events: %w", err)
		}
		for _, r := range rows {
			ids[ingest.Key{Source: r.Source, EventID: r.EventID}] = r.ID
		}
	}
	names := make([]string, len(facts))
	for i, f := range facts {
		id, found := ids[f.Key]
		switch {
		case f.Name != "":
			names[i] = f.Name
		case found:
			names[i] = ingest.EventName(f.Passport, id)
		default: // the entry and the event's row commit together
			return nil, fmt.Errorf("alerting: an entry of passport %s has no event", f.Passport)
		}
	}
	return names, nil
}
